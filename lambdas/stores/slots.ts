/** Training slots: one item each, taken by conditional write, so that no counter can drift. */
import { GetCommand, QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { slotKey, slotOrderKey, slotsPartition } from "../../naming/table-keys";
import { slotItemSchema, slotOrderItemSchema, type SlotOrderItem } from "../../domain/schemas/items";
import { transactUnlessRefused, unlessRefused } from "./conditional-write";

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

/** Whose turn it was, as it was read: what is decided on it holds only while nobody else has taken a slot. */
export interface SlotOrder {
  readonly version: number;
  /** The users by their latest turn, youngest first. */
  readonly turns: readonly string[];
}

export interface TakeSlotParams {
  readonly index: number;
  readonly holder: SlotHolder;
  readonly leasedUntil: number;
  /** The order it was decided on, read before tickets and slots. */
  readonly order: SlotOrder;
  /** The lapsed lease that is taken over: refused when its holder has renewed it meanwhile. */
  readonly instead?: HeldSlot;
}

export interface Slots {
  order(): Promise<SlotOrder>;
  held(): Promise<readonly HeldSlot[]>;
  /** @returns whether the slot is now the holder's: false when it is taken, or anybody has taken any slot since `order` */
  take(params: TakeSlotParams): Promise<boolean>;
  /** @returns false when the slot is not the job's (any more) */
  renew(params: { readonly index: number; readonly jobId: string; readonly leasedUntil: number }): Promise<boolean>;
  /** Frees the slot if the job holds it; else nothing happens. */
  release(params: { readonly index: number; readonly jobId: string }): Promise<void>;
}

/** Users whose latest turn is remembered; who had a turn before all of these waits as if there had been none. */
const mostTurns = 500;
const readableOrder = z.object(slotOrderItemSchema.shape);

/** The order after a user's turn. */
export function orderAfter({ version, turns }: SlotOrder, sub: string): { version: number; turns: string[] } {
  return { version: version + 1, turns: [sub, ...turns.filter((other) => other !== sub)].slice(0, mostTurns) };
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
    async order() {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: slotOrderKey, ConsistentRead: true }),
      );
      if (Item === undefined) return { version: 0, turns: [] };
      const { version, turns } = readableOrder.parse(Item);
      return { version, turns };
    },

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
      return Items.filter(({ sk }) => sk !== slotOrderKey.sk)
        .map((item) => readableSlot.parse(item))
        .flatMap(({ sk, holder, leasedUntil }) =>
          holder === undefined ? [] : [{ index: Number(sk.slice("SLOT#".length)), holder, leasedUntil }],
        );
    },

    async take({ index, holder, leasedUntil, order, instead }) {
      const after: SlotOrderItem = { schemaVersion: 1, kind: "SLOT_ORDER", ...orderAfter(order, holder.sub) };
      return await transactUnlessRefused({ client, tableName }, [
        {
          Update: {
            TableName: tableName,
            Key: slotKey(index),
            UpdateExpression: "SET #holder = :holder, #leasedUntil = :leasedUntil, schemaVersion = :one, kind = :kind",
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
          },
        },
        {
          Put: {
            TableName: tableName,
            Item: { ...slotOrderKey, ...slotOrderItemSchema.parse(after) },
            ConditionExpression: "attribute_not_exists(pk) OR #version = :version",
            ExpressionAttributeNames: { "#version": "version" },
            ExpressionAttributeValues: { ":version": order.version },
          },
        },
      ]);
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
