/**
 * Everything that is not finished yet, from the sparse OpenWork index (eventually consistent: load a row before acting).
 * What is written here is written without reading the row: it is for rows that cannot be repaired in any other way.
 */
import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { OwnedBy } from "../../../domain/names/object-keys";
import { openWorkIndex, ownedKey, type OpenWorkKind } from "../../../domain/names/table-keys";
import { failureSchema, type Failure } from "../../../domain/schemas/failure";
import { ulidSchema } from "../../../domain/schemas/items";
import { quotaAmountsSchema, type QuotaAmounts, type QuotaCounter } from "../../../domain/schemas/user-caps";
import { openWorkPartition } from "./open-work-partition";
import { transactUnlessRefused, unlessRefused } from "./conditional-write";
import { moveQuota } from "./quota-counter";

export interface OpenWork {
  /** Oldest first within a user. */
  list(kind: OpenWorkKind): AsyncIterable<OwnedBy>;
  /** @returns whether the row exists and is not final; asks the table itself, and reads nothing else of the row */
  isOpen(kind: OpenWorkKind, of: OwnedBy): Promise<boolean>;
  /** Notes that a repair has failed. @returns since when repairs of the row have failed; undefined when it is not open */
  noteFailedRepair(kind: OpenWorkKind, of: OwnedBy, now: Date): Promise<Date | undefined>;
  /** FAILED, whatever else stands in the row, and the user's counters lowered. @returns false when it was not open */
  endFailed(kind: OpenWorkKind, of: OwnedBy, failure: Failure, now: Date): Promise<boolean>;
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
  /** The place among its owner's models that an unfinished job holds, and what it holds without it. */
  const placeForModel = async (
    kind: OpenWorkKind,
    { sub, id }: OwnedBy,
  ): Promise<{ readonly models: number; readonly kept: QuotaAmounts } | undefined> => {
    if (kind !== "TRAINING_JOB") return undefined;
    const { Item } = await client.send(
      new GetCommand({
        TableName: tableName,
        Key: ownedKey(kind, sub, id),
        ConsistentRead: true,
        ProjectionExpression: "#holds, #modelId",
        ExpressionAttributeNames: { "#holds": "holds", "#modelId": "modelId" },
      }),
    );
    const held = quotaAmountsSchema.safeParse(Item?.["holds"]);
    if (!held.success || Item?.["modelId"] !== undefined) return undefined;
    const { models, ...kept } = held.data;
    return models === undefined ? undefined : { models, kept };
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

    async endFailed(kind, { sub, id }, failure, now) {
      const place = await placeForModel(kind, { sub, id });
      return await transactUnlessRefused({ client, tableName }, [
        {
          Update: {
            TableName: tableName,
            Key: ownedKey(kind, sub, id),
            UpdateExpression:
              "SET #state = :failed, #failure = :failure, #updatedAt = :now" +
              (kind === "TRAINING_JOB" ? ", #endReason = :endReason" : "") +
              (place === undefined ? "" : ", #holds = :kept") +
              ", #version = :version REMOVE #open, #owner, #since",
            ConditionExpression:
              "attribute_exists(#open)" + (place === undefined ? "" : " AND attribute_not_exists(#modelId)"),
            ExpressionAttributeNames: {
              "#state": "state",
              "#failure": "failure",
              "#updatedAt": "updatedAt",
              "#version": "version",
              "#since": "repairFailedSince",
              "#open": openWorkIndex.partitionKey,
              "#owner": openWorkIndex.sortKey,
              ...(kind === "TRAINING_JOB" ? { "#endReason": "endReason" } : {}),
              ...(place === undefined ? {} : { "#holds": "holds", "#modelId": "modelId" }),
            },
            ExpressionAttributeValues: {
              ":failed": "FAILED",
              ":failure": failureSchema.parse(failure),
              ":now": now.toISOString(),
              // Whatever the row's version is, this one is another: who polls the row sees that it has ended.
              ":version": Math.ceil(now.getTime() / 1000),
              ...(kind === "TRAINING_JOB" ? { ":endReason": "FAILURE" } : {}),
              ...(place === undefined ? {} : { ":kept": place.kept }),
            },
          },
        },
        ...moveQuota(tableName, sub, {
          lower: { [counterOf[kind]]: 1, ...(place === undefined ? {} : { models: place.models }) },
        }),
      ]);
    },
  };
}
