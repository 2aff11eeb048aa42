/**
 * Everything that is not finished yet, from the sparse OpenWork index (eventually consistent: load a row before acting).
 * What is written here is written without reading the row: it is for rows that cannot be repaired in any other way.
 */
import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { OwnedBy } from "../../naming/object-keys";
import { openWorkIndex, ownedKey, type OpenWorkKind } from "../../naming/table-keys";
import { failureSchema, type Failure } from "../../domain/schemas/failure";
import { ulidSchema } from "../../domain/schemas/items";
import { quotaAmountsSchema, type QuotaCounter } from "../../domain/schemas/user-caps";
import type { FinalTrainingJobState } from "../../domain/states/training-job-state";
import { openWorkPartition } from "./open-work-partition";
import { transactUnlessRefused, unlessRefused } from "./conditional-write";
import { moveQuota } from "./quotas";

export interface OpenWork {
  /** Oldest first within a user. */
  list(kind: OpenWorkKind): AsyncIterable<OwnedBy>;
  /** @returns whether the row exists and is not final; asks the table itself, and reads nothing else of the row */
  isOpen(kind: OpenWorkKind, of: OwnedBy): Promise<boolean>;
  /** Notes that a repair has failed. @returns since when repairs of the row have failed; undefined when it is not open */
  noteFailedRepair(kind: OpenWorkKind, of: OwnedBy, now: Date): Promise<Date | undefined>;
  /** @returns the attempt of a job, read by itself; undefined when there is none that could be an attempt */
  attemptOf(of: OwnedBy): Promise<number | undefined>;
  /**
   * Ends the row, whatever else stands in it, and lowers the user's counters. It is FAILED; a job whose model is registered
   * is READY, or STOPPED if its owner asked for that.
   * @returns the state; undefined when the row was not open, or had another attempt
   */
  endUnread(kind: OpenWorkKind, of: OwnedBy, end: UnreadEnd): Promise<FinalTrainingJobState | undefined>;
}

export interface UnreadEnd {
  /** What its owner is told if it is FAILED. */
  readonly failure: Failure;
  readonly now: Date;
  /** The row is ended in this attempt alone. */
  readonly attempt?: number | undefined;
}

const counterOf: Readonly<Record<OpenWorkKind, QuotaCounter>> = {
  COMPOSITION: "openCompositions",
  TRAINING_JOB: "openTrainingJobs",
};

const entrySchema = z.object({ sub: z.string(), id: ulidSchema });
const noted = z.object({ repairFailedSince: z.string().transform((instant) => new Date(instant)) });

export function createOpenWork({
  client,
  tableName,
}: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}): OpenWork {
  const readAlone = async (
    key: OwnedBy & { readonly kind: OpenWorkKind },
    names: readonly string[],
  ): Promise<Readonly<Record<string, unknown>>> => {
    const { Item = {} } = await client.send(
      new GetCommand({
        TableName: tableName,
        Key: ownedKey(key.kind, key.sub, key.id),
        ConsistentRead: true,
        ProjectionExpression: names.map((name) => `#${name}`).join(", "),
        ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      }),
    );
    return Item;
  };

  return {
    async *list(kind) {
      for await (const item of openWorkPartition({ client, tableName }, kind)) yield entrySchema.parse(item);
    },

    async isOpen(kind, { sub, id }) {
      const { Item } = await client.send(
        new GetCommand({
          TableName: tableName,
          Key: ownedKey(kind, sub, id),
          ConsistentRead: true,
          ProjectionExpression: "#open",
          ExpressionAttributeNames: { "#open": openWorkIndex.partitionKey },
        }),
      );
      return Item?.[openWorkIndex.partitionKey] !== undefined;
    },

    async noteFailedRepair(kind, { sub, id }, now) {
      const answer = await unlessRefused(
        async () =>
          await client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: ownedKey(kind, sub, id),
              // Not the row's version: for its owner nothing has changed.
              UpdateExpression: "SET #since = if_not_exists(#since, :now)",
              ConditionExpression: "attribute_exists(#open)",
              ExpressionAttributeNames: { "#since": "repairFailedSince", "#open": openWorkIndex.partitionKey },
              ExpressionAttributeValues: { ":now": now.toISOString() },
              ReturnValues: "UPDATED_NEW",
            }),
          ),
      );
      return answer === undefined ? undefined : noted.parse(answer.Attributes).repairFailedSince;
    },

    async attemptOf({ sub, id }) {
      const { attempt } = await readAlone({ kind: "TRAINING_JOB", sub, id }, ["attempt"]);
      return typeof attempt === "number" && Number.isInteger(attempt) && attempt >= 1 ? attempt : undefined;
    },

    async endUnread(kind, { sub, id }, { failure, now, attempt }) {
      const isJob = kind === "TRAINING_JOB";
      const known = isJob ? await readAlone({ kind, sub, id }, ["holds", "modelId", "stopRequested"]) : {};
      const hasModel = known["modelId"] !== undefined;
      const state = !hasModel ? "FAILED" : known["stopRequested"] === true ? "STOPPED" : "READY";
      const endReason = { FAILED: "FAILURE", STOPPED: "USER_STOP", READY: "EPOCHS_COMPLETED" } as const;
      // The place among its owner's models that an unfinished job holds becomes free where there is no model.
      const held = hasModel ? undefined : quotaAmountsSchema.safeParse(known["holds"]).data;
      const { models, ...kept } = held ?? {};
      const set: Readonly<Record<string, unknown>> = {
        state,
        updatedAt: now.toISOString(),
        // Whatever the row's version is, this one is another: who polls the row sees that it has ended.
        version: Math.ceil(now.getTime() / 1000),
        ...(state === "FAILED" ? { failure: failureSchema.parse(failure) } : {}),
        ...(isJob ? { endReason: endReason[state] } : {}),
        ...(models === undefined ? {} : { holds: kept }),
      };
      const names = Object.keys(set);
      const isEnded = await transactUnlessRefused({ client, tableName }, [
        {
          Update: {
            TableName: tableName,
            Key: ownedKey(kind, sub, id),
            UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")} REMOVE #open, #owner, #since`,
            ConditionExpression: [
              "attribute_exists(#open)",
              ...(isJob ? [hasModel ? "attribute_exists(#modelId)" : "attribute_not_exists(#modelId)"] : []),
              ...(attempt === undefined ? [] : ["#attempt = :attempt"]),
            ].join(" AND "),
            ExpressionAttributeNames: {
              ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
              "#since": "repairFailedSince",
              "#open": openWorkIndex.partitionKey,
              "#owner": openWorkIndex.sortKey,
              ...(isJob ? { "#modelId": "modelId" } : {}),
              ...(attempt === undefined ? {} : { "#attempt": "attempt" }),
            },
            ExpressionAttributeValues: {
              ...Object.fromEntries(names.map((name) => [`:${name}`, set[name]])),
              ...(attempt === undefined ? {} : { ":attempt": attempt }),
            },
          },
        },
        ...moveQuota(tableName, sub, {
          lower: { [counterOf[kind]]: 1, ...(models === undefined ? {} : { models }) },
        }),
      ]);
      return isEnded ? state : undefined;
    },
  };
}
