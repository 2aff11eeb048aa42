/**
 * Users' resources in the table: one repository per kind. Everything is reached through the owner's partition, so
 * someone else's item is not found, and is told apart from nothing at all by nobody.
 */
import { GetCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import {
  idempotencyKey,
  kindPrefix,
  ownedKey,
  sortKey,
  userPartition,
  type OwnedKind,
  type TableKey,
} from "../../naming/table-keys";
import { ulidPattern } from "../../naming/resource-names";
import type { PendingChangeItem } from "../../domain/schemas/items";
import type { QuotaAmounts, UserCaps } from "../../domain/schemas/user-caps";
import { unlessRefused } from "./conditional-write";
import { AlreadyAnswered, ItemNotFound, ReferenceGone, StaleItem } from "./outcome";
import { createIdempotencyRecords, type IdempotencyClaim, type IdempotencyWrite } from "./idempotency-records";
import { readItem, writeItem } from "./item-codec";
import { endOfCreation, pendingChange, pendingChangeItem } from "./pending-changes";
import { quotaPart, raiseQuota } from "./quotas";
import type { Table } from "./table";
import { transact, type TransactionPart } from "./transaction";

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

export interface BeginParams {
  readonly of: OwnedId;
  /** What the new resource will hold of its owner's quota: raised now, each under its cap. */
  readonly holds: QuotaAmounts;
  readonly caps: UserCaps;
  /** The request that creates: refused when it has been answered already. */
  readonly claim?: IdempotencyClaim | undefined;
  readonly now: Date;
}

export interface CreateParams<Item> {
  readonly item: Item;
  /** What the new item raises, each counter under its cap; nothing where {@link creation} has raised it. */
  readonly raise: QuotaAmounts;
  readonly caps: UserCaps;
  readonly idempotency?: IdempotencyWrite | undefined;
  /** Items that must still exist when this one is written. */
  readonly mustExist?: readonly TableKey[];
  /** The pending creation that ends with this write. */
  readonly creation?: PendingChangeItem;
}

export interface RemoveParams<Item> {
  readonly item: Item;
  readonly lower: QuotaAmounts;
  readonly now: Date;
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
  /**
   * Begins the creation of a resource whose files come before its row.
   * @throws AlreadyAnswered, CapReached, TableBusy
   */
  begin(params: BeginParams): Promise<PendingChangeItem>;
  /**
   * Writes the item, its idempotency record and the raised counters, and ends its pending creation: all or nothing.
   * @throws AlreadyAnswered, CapReached, ReferenceGone, TableBusy; StaleItem when the creation was given up meanwhile
   */
  create(params: CreateParams<Item>): Promise<void>;
  /**
   * Sets attributes of an item that is still as it was read; raises `version` and sets `updatedAt`.
   * @throws StaleItem, TableBusy
   */
  change(item: Item, attributes: Partial<Item>, now: Date): Promise<Item>;
  /**
   * Deletes an item that is still as it was read, lowers counters, and notes that its files are to be removed.
   * @returns the deletion, which is pending until its files are gone
   * @throws StaleItem, TableBusy
   */
  remove(params: RemoveParams<Item>): Promise<PendingChangeItem>;
}

export interface OwnedItemsParams<Schema extends z.ZodType<OwnedItem>> {
  readonly table: Table;
  readonly kind: OwnedKind;
  readonly schema: Schema;
}

/** A record past its time counts as none, also while time-to-live has not deleted it yet. */
const notAnsweredYet = () => ({
  ConditionExpression: "attribute_not_exists(pk) OR #expiresAt <= :now",
  ExpressionAttributeNames: { "#expiresAt": "expiresAt" },
  ExpressionAttributeValues: { ":now": Math.floor(Date.now() / 1000) },
});

const isUlid = (id: string): boolean => ulidPattern.test(id);

async function firstAnswer(table: Table, claim: IdempotencyClaim): Promise<Error> {
  const first = await createIdempotencyRecords(table).find(claim);
  return first === undefined
    ? new StaleItem(idempotencyKey(claim.sub, claim.route, claim.key))
    : new AlreadyAnswered(first);
}

function idempotencyPut(table: Table, { claim, record }: IdempotencyWrite): TransactionPart {
  const key = idempotencyKey(claim.sub, claim.route, claim.key);
  return {
    operation: { Put: { TableName: table.tableName, Item: { ...record, ...key }, ...notAnsweredYet() } },
    onConditionFailed: async () => await firstAnswer(table, claim),
  };
}

function idempotencyCheck(table: Table, claim: IdempotencyClaim): TransactionPart {
  const Key = idempotencyKey(claim.sub, claim.route, claim.key);
  return {
    operation: { ConditionCheck: { TableName: table.tableName, Key, ...notAnsweredYet() } },
    onConditionFailed: async () => await firstAnswer(table, claim),
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
    begin: async ({ of, holds, caps, claim, now }) => {
      const change = pendingChange({ of: kind, ...of, state: "CREATING", now, holds });
      await transact(table, [
        ...(claim === undefined ? [] : [idempotencyCheck(table, claim)]),
        ...raiseQuota(table, of.sub, holds, caps),
        {
          operation: {
            Put: {
              TableName: tableName,
              Item: pendingChangeItem(change),
              ConditionExpression: "attribute_not_exists(pk)",
            },
          },
          onConditionFailed: () => new StaleItem(keyOf(of)),
        },
      ]);
      return change;
    },
    create: async ({ item, raise, caps, idempotency, mustExist = [], creation }) => {
      const key = keyOf(item);
      await transact(table, [
        ...(idempotency === undefined ? [] : [idempotencyPut(table, idempotency)]),
        ...raiseQuota(table, item.sub, raise, caps),
        ...mustExist.map((reference): TransactionPart => ({
          operation: {
            ConditionCheck: { TableName: tableName, Key: reference, ConditionExpression: "attribute_exists(pk)" },
          },
          onConditionFailed: () => new ReferenceGone(reference),
        })),
        ...(creation === undefined
          ? []
          : [{ operation: endOfCreation(tableName, creation), onConditionFailed: () => new StaleItem(key) }]),
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
      const answer = await unlessRefused(
        async () =>
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
          ),
      );
      if (answer === undefined) throw new StaleItem(keyOf(item));
      return changed;
    },
    remove: async ({ item, lower, now }) => {
      const change = pendingChange({ of: kind, sub: item.sub, id: item.id, state: "DELETING", now });
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
        {
          operation: { Put: { TableName: tableName, Item: pendingChangeItem(change) } },
          onConditionFailed: () => new Error("a put without a condition failed on one"),
        },
        ...quotaPart(tableName, item.sub, { lower }),
      ]);
      return change;
    },
  };
}
