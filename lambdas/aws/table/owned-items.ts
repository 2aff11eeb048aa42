/**
 * Users' resources in the table: one repository per kind. Everything is reached through the owner's partition, so
 * someone else's item is not found, and is told apart from nothing at all by nobody.
 */
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import {
  kindPrefix,
  ownedKey,
  quotaKey,
  sortKey,
  userPartition,
  type OwnedKind,
  type TableKey,
} from "../../../domain/names/table-keys";
import type { QuotaCounter, UserCaps } from "../../../domain/schemas/user-caps";
import { AlreadyAnswered, CapReached, ItemNotFound, ReferenceGone, StaleItem } from "./errors";
import { createIdempotencyRecords, type IdempotencyWrite } from "./idempotency-records";
import { readItem, writeItem } from "./item-codec";
import type { Table } from "./table";
import { transact, type TransactionPart } from "./transaction";
import { idempotencyKey } from "../../../domain/names/table-keys";

export interface OwnedId {
  readonly sub: string;
  readonly id: string;
}

/** What every owned item has. */
export interface OwnedItem extends OwnedId {
  readonly version: number;
  readonly updatedAt: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly hasMore: boolean;
}

export interface CreateParams<Item> {
  readonly item: Item;
  /** Counters that the new item raises by one, each under its cap. */
  readonly raise: readonly QuotaCounter[];
  readonly caps: UserCaps;
  readonly idempotency?: IdempotencyWrite | undefined;
  /** Items that must still exist when this one is written. */
  readonly mustExist?: readonly TableKey[];
}

export interface RemoveParams<Item> {
  readonly item: Item;
  readonly lower: readonly QuotaCounter[];
}

export interface OwnedItems<Item extends OwnedItem> {
  get(of: OwnedId): Promise<Item | undefined>;
  /** @throws ItemNotFound */
  load(of: OwnedId): Promise<Item>;
  /** Newest first. `after`: the last id of the page before. */
  list(params: {
    readonly sub: string;
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<Page<Item>>;
  /** Writes the item, its idempotency record and the raised counters, all or nothing. @throws AlreadyAnswered, CapReached, ReferenceGone, TableBusy */
  create(params: CreateParams<Item>): Promise<void>;
  /**
   * Sets attributes of an item that is still as it was read; raises `version` and sets `updatedAt`.
   * @throws StaleItem
   */
  change(item: Item, attributes: Partial<Item>, now: Date): Promise<Item>;
  /** Deletes an item that is still as it was read, and lowers counters. @throws StaleItem, TableBusy */
  remove(params: RemoveParams<Item>): Promise<void>;
}

export interface OwnedItemsParams<Schema extends z.ZodType<OwnedItem>> {
  readonly table: Table;
  readonly kind: OwnedKind;
  readonly schema: Schema;
}

const isUlid = (id: string): boolean => /^[0-9A-HJKMNP-TV-Z]{26}$/.test(id);

function quotaRaise(table: Table, sub: string, counters: readonly QuotaCounter[], caps: UserCaps): TransactionPart {
  const key = quotaKey(sub);
  const names = Object.fromEntries(counters.map((counter, index) => [`#c${index}`, counter]));
  return {
    operation: {
      Update: {
        TableName: table.tableName,
        Key: key,
        UpdateExpression: `ADD ${counters.map((_, index) => `#c${index} :one`).join(", ")}`,
        ConditionExpression: counters
          .map((_, index) => `(attribute_not_exists(#c${index}) OR #c${index} < :cap${index})`)
          .join(" AND "),
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: {
          ":one": 1,
          ...Object.fromEntries(counters.map((counter, index) => [`:cap${index}`, caps[counter]])),
        },
      },
    },
    onConditionFailed: async () => {
      const { Item = {} } = await table.client.send(
        new GetCommand({ TableName: table.tableName, Key: key, ConsistentRead: true }),
      );
      const full = counters.find((counter) => Number(Item[counter] ?? 0) >= caps[counter]) ?? counters[0];
      return full === undefined ? new Error("a quota without counters failed") : new CapReached(full, caps[full]);
    },
  };
}

function idempotencyPut(table: Table, { claim, record }: IdempotencyWrite): TransactionPart {
  const key = idempotencyKey(claim.sub, claim.route, claim.key);
  return {
    operation: {
      Put: {
        TableName: table.tableName,
        Item: { ...record, ...key },
        // A record past its time counts as none, also while time-to-live has not deleted it yet.
        ConditionExpression: "attribute_not_exists(pk) OR #expiresAt <= :now",
        ExpressionAttributeNames: { "#expiresAt": "expiresAt" },
        ExpressionAttributeValues: { ":now": Math.floor(Date.now() / 1000) },
      },
    },
    onConditionFailed: async () => {
      const first = await createIdempotencyRecords(table).find(claim);
      return first === undefined ? new StaleItem(key) : new AlreadyAnswered(first);
    },
  };
}

export function createOwnedItems<Schema extends z.ZodType<OwnedItem>>({
  table,
  kind,
  schema,
}: OwnedItemsParams<Schema>): OwnedItems<z.output<Schema>> {
  type Item = z.output<Schema>;
  const { client, tableName } = table;
  const keyOf = ({ sub, id }: OwnedId): TableKey => ownedKey(kind, sub, id);

  const get = async (of: OwnedId): Promise<Item | undefined> => {
    // Not one of our ids: nothing to ask the table for.
    if (!isUlid(of.id)) return undefined;
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: keyOf(of), ConsistentRead: true }));
    return Item === undefined ? undefined : readItem(schema, Item);
  };

  return {
    get,
    load: async (of) => {
      const item = await get(of);
      if (item === undefined) throw new ItemNotFound(kind, of.id);
      return item;
    },
    list: async ({ sub, limit, after }) => {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression:
            after === undefined
              ? "pk = :pk AND begins_with(sk, :prefix)"
              : "pk = :pk AND sk BETWEEN :prefix AND :after",
          ExpressionAttributeValues: {
            ":pk": userPartition(sub),
            ":prefix": kindPrefix(kind),
            ...(after === undefined ? {} : { ":after": `${kindPrefix(kind)}${after}` }),
          },
          ScanIndexForward: false,
          ConsistentRead: true,
          // One more than asked says whether there is another page; BETWEEN includes `after` itself.
          Limit: limit + (after === undefined ? 1 : 2),
        }),
      );
      const rows = Items.filter((item) => after === undefined || item[sortKey] !== `${kindPrefix(kind)}${after}`);
      return {
        items: rows.slice(0, limit).map((row) => readItem(schema, row)),
        hasMore: rows.length > limit || (LastEvaluatedKey !== undefined && rows.length > 0),
      };
    },
    create: async ({ item, raise, caps, idempotency, mustExist = [] }) => {
      const key = keyOf(item);
      await transact(table, [
        ...(idempotency === undefined ? [] : [idempotencyPut(table, idempotency)]),
        ...(raise.length === 0 ? [] : [quotaRaise(table, item.sub, raise, caps)]),
        ...mustExist.map((reference): TransactionPart => ({
          operation: {
            ConditionCheck: { TableName: tableName, Key: reference, ConditionExpression: "attribute_exists(pk)" },
          },
          onConditionFailed: () => new ReferenceGone(reference),
        })),
        {
          operation: {
            Put: {
              TableName: tableName,
              Item: writeItem(schema, key, item),
              ConditionExpression: "attribute_not_exists(pk)",
            },
          },
          onConditionFailed: () => new StaleItem(key),
        },
      ]);
    },
    change: async (item, attributes, now) => {
      const changed: Item = { ...item, ...attributes, version: item.version + 1, updatedAt: now.toISOString() };
      schema.parse(changed);
      const changes = Object.entries({ ...attributes, updatedAt: changed.updatedAt, version: changed.version });
      try {
        await client.send(
          new UpdateCommand({
            TableName: tableName,
            Key: keyOf(item),
            // Only what changes is written: attributes that a newer version has added survive.
            UpdateExpression: `SET ${changes.map((_, index) => `#a${index} = :a${index}`).join(", ")}`,
            ConditionExpression: "#version = :version",
            ExpressionAttributeNames: {
              "#version": "version",
              ...Object.fromEntries(changes.map(([name], index) => [`#a${index}`, name])),
            },
            ExpressionAttributeValues: {
              ":version": item.version,
              ...Object.fromEntries(changes.map(([, value], index) => [`:a${index}`, value])),
            },
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) throw new StaleItem(keyOf(item));
        throw error;
      }
      return changed;
    },
    remove: async ({ item, lower }) => {
      await transact(table, [
        {
          operation: {
            Delete: {
              TableName: tableName,
              Key: keyOf(item),
              ConditionExpression: "#version = :version",
              ExpressionAttributeNames: { "#version": "version" },
              ExpressionAttributeValues: { ":version": item.version },
            },
          },
          onConditionFailed: () => new StaleItem(keyOf(item)),
        },
        ...(lower.length === 0
          ? []
          : [
              {
                operation: {
                  Update: {
                    TableName: tableName,
                    Key: quotaKey(item.sub),
                    UpdateExpression: `ADD ${lower.map((_, index) => `#c${index} :minusOne`).join(", ")}`,
                    ExpressionAttributeNames: Object.fromEntries(
                      lower.map((counter, index) => [`#c${index}`, counter]),
                    ),
                    ExpressionAttributeValues: { ":minusOne": -1 },
                  },
                },
                onConditionFailed: () => new Error("an update without a condition failed on one"),
              },
            ]),
      ]);
    },
  };
}
