/** Training slots: one item each, taken by conditional write, so that no counter can drift. */
import { QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { slotKey, slotsPartition } from "../../../domain/names/table-keys";
import { slotItemSchema } from "../../../domain/schemas/items";
import { unlessRefused } from "./conditional-write";

export interface SlotHolder {
  readonly sub: string;
  readonly jobId: string;
}

/** A slot somebody holds; a slot without an item, or without a holder, is free. */
export interface HeldSlot {
  readonly index: number;
  readonly holder: SlotHolder;
  /** Epoch milliseconds. */
  readonly leasedUntil: number;
}

export interface TakeSlotParams {
  readonly index: number;
  readonly holder: SlotHolder;
  readonly leasedUntil: number;
  /** The lapsed lease that is taken over: refused when its holder has renewed it meanwhile. */
  readonly instead?: HeldSlot;
}

export interface Slots {
  held(): Promise<readonly HeldSlot[]>;
  /** @returns whether the slot is now the holder's */
  take(params: TakeSlotParams): Promise<boolean>;
  /** @returns false when the slot is not the job's (any more) */
  renew(params: { readonly index: number; readonly jobId: string; readonly leasedUntil: number }): Promise<boolean>;
  /** Frees the slot if the job holds it; else nothing happens. */
  release(params: { readonly index: number; readonly jobId: string }): Promise<void>;
}

const readableSlot = z.object({ ...slotItemSchema.shape, sk: z.string().regex(/^SLOT#\d{1,3}$/) });

export function createSlots({
  client,
  tableName,
}: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}): Slots {
  const names = { "#holder": "holder", "#jobId": "jobId", "#leasedUntil": "leasedUntil" };
  return {
    async held() {
      // At most a hundred small items: one page.
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: tableName,
          ConsistentRead: true,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": slotsPartition },
        }),
      );
      return Items.map((item) => readableSlot.parse(item)).flatMap(({ sk, holder, leasedUntil }) =>
        holder === undefined ? [] : [{ index: Number(sk.slice("SLOT#".length)), holder, leasedUntil }],
      );
    },

    async take({ index, holder, leasedUntil, instead }) {
      const answer = await unlessRefused(
        async () =>
          await client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: slotKey(index),
              UpdateExpression:
                "SET #holder = :holder, #leasedUntil = :leasedUntil, schemaVersion = :one, kind = :kind",
              ConditionExpression:
                instead === undefined
                  ? "attribute_not_exists(#holder)"
                  : "#holder.#jobId = :before AND #leasedUntil = :lapsed",
              ExpressionAttributeNames:
                instead === undefined ? { "#holder": "holder", "#leasedUntil": "leasedUntil" } : names,
              ExpressionAttributeValues: {
                ":holder": holder,
                ":leasedUntil": leasedUntil,
                ":one": 1,
                ":kind": "SLOT",
                ...(instead === undefined ? {} : { ":before": instead.holder.jobId, ":lapsed": instead.leasedUntil }),
              },
            }),
          ),
      );
      return answer !== undefined;
    },

    async renew({ index, jobId, leasedUntil }) {
      const answer = await unlessRefused(
        async () =>
          await client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: slotKey(index),
              UpdateExpression: "SET #leasedUntil = :leasedUntil",
              ConditionExpression: "#holder.#jobId = :jobId",
              ExpressionAttributeNames: names,
              ExpressionAttributeValues: { ":leasedUntil": leasedUntil, ":jobId": jobId },
            }),
          ),
      );
      return answer !== undefined;
    },

    async release({ index, jobId }) {
      await unlessRefused(
        async () =>
          await client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: slotKey(index),
              UpdateExpression: "REMOVE #holder SET #leasedUntil = :never",
              ConditionExpression: "#holder.#jobId = :jobId",
              ExpressionAttributeNames: names,
              ExpressionAttributeValues: { ":never": 0, ":jobId": jobId },
            }),
          ),
      );
    },
  };
}
