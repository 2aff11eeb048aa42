/** Compositions as the worker sees them: claimed by a lease, ended once. */
import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { OwnedBy } from "../../naming/object-keys";
import { ownedKey, type OwnedKind } from "../../naming/table-keys";
import {
  compositionItemSchema,
  compositionOutputSchema,
  trackItemSchema,
  type CompositionItem,
  type TrackItem,
} from "../../domain/schemas/items";
import { failureSchema, type Failure } from "../../domain/schemas/failure";
import { transactUnlessRefused, unlessRefused } from "./conditional-write";
import { readItem } from "./item-codec";
import { moveQuota } from "./quotas";
import { updateOfRow } from "./update-expression";

/** A composition in the hands of one worker. */
export interface Claim extends OwnedBy {
  readonly attempt: number;
}

export interface CompositionResult {
  readonly output: NonNullable<CompositionItem["output"]>;
  readonly midi: NonNullable<CompositionItem["midi"]>;
}

export interface CompositionsInExecution {
  load(of: OwnedBy): Promise<CompositionItem | undefined>;
  loadTrack(of: OwnedBy): Promise<TrackItem | undefined>;
  /**
   * Takes the composition: PENDING, or RUNNING with a lease that has run out.
   * @returns the row with its new attempt, or undefined when it is another's or final
   */
  claim(of: OwnedBy, runningUntil: Date): Promise<CompositionItem | undefined>;
  /** Lengthens the lease. @returns false when another worker has taken over, or the row is final */
  renew(claim: Claim, runningUntil: Date): Promise<boolean>;
  /** Ends the lease without an end of the work: the next delivery may take it at once. */
  release(claim: Claim): Promise<void>;
  /** @returns false when another worker has taken over, or the row is final */
  complete(claim: Claim, result: CompositionResult): Promise<boolean>;
  /** @returns false as {@link complete} */
  fail(claim: Claim, failure: Failure): Promise<boolean>;
  /** Fails a composition that nobody works on. @returns false when somebody does, or it is final */
  abandon(of: OwnedBy, failure: Failure): Promise<boolean>;
}

export interface CompositionTableParams {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly now: () => Date;
}

const resultSchema = z.strictObject({
  output: compositionOutputSchema,
  midi: compositionItemSchema.shape.midi.unwrap(),
});

export function createCompositionsInExecution({
  client,
  tableName,
  now,
}: CompositionTableParams): CompositionsInExecution {
  const key = (kind: OwnedKind, { sub, id }: OwnedBy) => ownedKey(kind, sub, id);
  const read = async (kind: OwnedKind, of: OwnedBy): Promise<Record<string, unknown> | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: key(kind, of), ConsistentRead: true }),
    );
    return Item;
  };
  const finish = async (claim: Claim, set: Readonly<Record<string, unknown>>): Promise<boolean> => {
    const parts = updateOfRow(
      { set, remove: ["openWork", "openWorkOwner", "runningUntil", "repairFailedSince"], now: now().toISOString() },
      { equals: { attempt: claim.attempt, state: "RUNNING" } },
    );
    return await transactUnlessRefused({ client, tableName }, [
      { Update: { TableName: tableName, Key: key("COMPOSITION", claim), ...parts } },
      ...moveQuota(tableName, claim.sub, { lower: { openCompositions: 1 } }),
    ]);
  };
  /** Nobody has it: not begun, or begun by a worker whose lease has run out. */
  const unclaimed = "(#state = :pending OR (#state = :running AND (attribute_not_exists(#until) OR #until < :now)))";
  const unclaimedNames = {
    "#state": "state",
    "#until": "runningUntil",
    "#version": "version",
    "#updatedAt": "updatedAt",
  };

  return {
    async load(of) {
      const item = await read("COMPOSITION", of);
      return item === undefined ? undefined : readItem(compositionItemSchema, item);
    },

    async loadTrack(of) {
      const item = await read("TRACK", of);
      return item === undefined ? undefined : readItem(trackItemSchema, item);
    },

    async claim(of, runningUntil) {
      const instant = now().toISOString();
      const answer = await unlessRefused(
        async () =>
          await client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: key("COMPOSITION", of),
              UpdateExpression:
                "SET #state = :running, #until = :until, #attempt = #attempt + :one, #version = #version + :one, #updatedAt = :now",
              ConditionExpression: unclaimed,
              ExpressionAttributeNames: { ...unclaimedNames, "#attempt": "attempt" },
              ExpressionAttributeValues: {
                ":pending": "PENDING",
                ":running": "RUNNING",
                ":until": runningUntil.toISOString(),
                ":now": instant,
                ":one": 1,
              },
              ReturnValues: "ALL_NEW",
            }),
          ),
      );
      return answer?.Attributes === undefined ? undefined : readItem(compositionItemSchema, answer.Attributes);
    },

    async renew({ sub, id, attempt }, runningUntil) {
      const answer = await unlessRefused(
        async () =>
          await client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: key("COMPOSITION", { sub, id }),
              // Not the row's version: whoever polls it sees nothing new.
              UpdateExpression: "SET #until = :until",
              ConditionExpression: "#state = :running AND #attempt = :attempt",
              ExpressionAttributeNames: { "#until": "runningUntil", "#state": "state", "#attempt": "attempt" },
              ExpressionAttributeValues: {
                ":until": runningUntil.toISOString(),
                ":running": "RUNNING",
                ":attempt": attempt,
              },
            }),
          ),
      );
      return answer !== undefined;
    },

    async release(claim) {
      const parts = updateOfRow(
        { remove: ["runningUntil"], now: now().toISOString() },
        { equals: { attempt: claim.attempt, state: "RUNNING" } },
      );
      await unlessRefused(
        async () =>
          await client.send(new UpdateCommand({ TableName: tableName, Key: key("COMPOSITION", claim), ...parts })),
      );
    },

    async complete(claim, result) {
      return await finish(claim, { state: "COMPLETED", ...resultSchema.parse(result) });
    },

    async fail(claim, failure) {
      return await finish(claim, { state: "FAILED", failure: failureSchema.parse(failure) });
    },

    async abandon(of, failure) {
      const instant = now().toISOString();
      return await transactUnlessRefused({ client, tableName }, [
        {
          Update: {
            TableName: tableName,
            Key: key("COMPOSITION", of),
            UpdateExpression:
              "SET #state = :failed, #failure = :failure, #version = #version + :one, #updatedAt = :now REMOVE openWork, openWorkOwner, #until",
            ConditionExpression: unclaimed,
            ExpressionAttributeNames: { ...unclaimedNames, "#failure": "failure" },
            ExpressionAttributeValues: {
              ":pending": "PENDING",
              ":running": "RUNNING",
              ":failed": "FAILED",
              ":failure": failureSchema.parse(failure),
              ":now": instant,
              ":one": 1,
            },
          },
        },
        ...moveQuota(tableName, of.sub, { lower: { openCompositions: 1 } }),
      ]);
    },
  };
}
