/**
 * The common part of the stores of tracks, compositions, models and training jobs. A row lies in its owner's partition,
 * so that another user's row looks like one that does not exist.
 */
import * as z from "zod";
import type { QuotaAmounts, UserQuotas } from "../../domain/schemas/user-quotas";
import type { OwnedBy } from "../../naming/object-keys";
import { ulidPattern } from "../../naming/resource-names";
import { kindPrefix, ownedKey, type OwnedKind, type TableKey, userPartition } from "../../naming/table-keys";
import { equals, rowExists, rowIsAbsent } from "./conditions";
import { checkRecord, type IdempotencyClaim, type IdempotencyWrite, putRecord } from "./idempotency-records";
import { readItem, writeItem } from "./item-codec";
import type { PendingChangeItem } from "./items";
import {
  doneWith,
  isDone,
  type Outcome,
  type QuotaReached,
  type ReferenceGone,
  type Repeated,
  type Stale,
} from "./outcome";
import { endOfCreation, pendingChange, putPendingChange } from "./pending-changes";
import { moveQuota, takeQuota } from "./quotas";
import type { Table, Write } from "./table";
import { changeRow, transact, type TransactionPart } from "./transaction";

/** The attributes that every owned item has. */
export interface OwnedItem extends OwnedBy {
  readonly version: number;
  readonly updatedAt: string;
}

/** What lists are filtered and sorted by: a small part of a row, which is read of all rows of a user and a kind. */
const rowSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  technique: z.string().optional(),
  state: z.string().optional(),
  /** The model with which a composition is made. */
  model: z.object({ id: z.string() }).optional(),
  /** The group of variations to which a composition belongs. */
  variationGroup: z.string().optional(),
  /** The model that a training job left. */
  modelId: z.string().optional(),
  input: z.object({ trackId: z.string().optional(), compositionId: z.string().optional() }).optional(),
});
export type RowSummary = z.infer<typeof rowSummarySchema>;
const summaryAttributes = Object.keys(rowSummarySchema.shape);

export interface BeginParams {
  readonly owned: OwnedBy;
  /** The amounts of its owner's quotas that the new resource will hold. They are counted now. */
  readonly holds: QuotaAmounts;
  readonly quotas: UserQuotas;
  /** The request that creates the resource. The creation is refused when the request already has its first response. */
  readonly claim?: IdempotencyClaim | undefined;
}

/** What a creation asks for, beside its rows. */
export interface CreationParams {
  readonly sub: string;
  /** The amounts of its owner's quotas that the creation takes. They are empty if a pending creation has taken them. */
  readonly takes: QuotaAmounts;
  readonly quotas: UserQuotas;
  readonly idempotency?: IdempotencyWrite | undefined;
  /** Items that must still exist when the new rows are written. */
  readonly mustExist?: readonly TableKey[];
}

export interface CreateParams<Item> extends Omit<CreationParams, "sub"> {
  readonly item: Item;
  /** The pending creation that ends with this write. */
  readonly creation?: PendingChangeItem;
}

export interface RemoveParams<Item> {
  readonly item: Item;
  /** The amounts that its owner's quotas get back. */
  readonly gives: QuotaAmounts;
}

/** The store of one kind of owned items. */
export interface OwnedRows<Item extends OwnedItem> {
  get(owned: OwnedBy): Promise<Item | undefined>;
  /**
   * Returns summaries of all rows of a user. Reading all of them is bounded work, because the user's quotas bound their
   * number: 2,000 compositions of 2 KB, the most that a stage of ours allows, are four requests of DynamoDB.
   */
  summaries(sub: string): Promise<readonly RowSummary[]>;
  /** Returns those of a user's rows that exist, in the order of their ids as given. */
  getMany(sub: string, ids: readonly string[]): Promise<readonly Item[]>;
  /** Begins the creation of a resource whose files are written before its row. */
  begin(params: BeginParams): Promise<Outcome<PendingChangeItem, Repeated | QuotaReached | Stale>>;
  /**
   * Writes the item, its idempotency record and its quotas, and ends its pending creation; either everything is written
   * or nothing. Stale when the creation was given up meanwhile.
   */
  create(params: CreateParams<Item>): Promise<Outcome<undefined, Repeated | QuotaReached | ReferenceGone | Stale>>;
  /**
   * Sets attributes of an item that is still as it was read; increments `version` and sets `updatedAt`. An attribute that
   * is given as `undefined` stays as it is. The value is the item as the table holds it now.
   */
  change(item: Item, attributes: Partial<Item>): Promise<Outcome<Item, Stale>>;
  /**
   * Deletes an item that is still as it was read, gives its quotas back, and notes that its files are to be removed. The
   * value is that deletion, which is pending until the files are gone.
   */
  remove(params: RemoveParams<Item>): Promise<Outcome<PendingChangeItem, Stale>>;
}

export interface OwnedRowsParams<Schema extends z.ZodType<OwnedItem>> {
  readonly table: Table;
  readonly kind: OwnedKind;
  readonly schema: Schema;
  readonly now: () => Date;
  /** Returns the keys of further rows that are deleted together with an item. */
  readonly deletedWith?: (item: z.output<Schema>) => readonly TableKey[];
}

export function createOwnedRows<Schema extends z.ZodType<OwnedItem>>({
  table,
  kind,
  schema,
  now,
  deletedWith = () => [],
}: OwnedRowsParams<Schema>): OwnedRows<z.output<Schema>> {
  type Item = z.output<Schema>;
  const keyOf = ({ sub, id }: OwnedBy): TableKey => ownedKey(kind, sub, id);
  const asRead = (item: Item) => equals("version", item.version);

  return {
    get: async (owned) => {
      // The table has only rows whose ids are ULIDs.
      if (!ulidPattern.test(owned.id)) return undefined;
      const row = await table.read(keyOf(owned));
      return row === undefined ? undefined : readItem(schema, row);
    },

    summaries: async (sub) => {
      const summaries: RowSummary[] = [];
      const query = { partition: userPartition(sub), prefix: kindPrefix(kind), attributes: summaryAttributes };
      for await (const row of table.all(query)) summaries.push(rowSummarySchema.parse(row));
      return summaries;
    },

    getMany: async (sub, ids) => {
      const rows = await table.readMany(ids.map((id) => keyOf({ sub, id })));
      const byId = new Map(rows.map((row) => [row["id"], readItem(schema, row)]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    },

    begin: async ({ owned, holds, quotas, claim }) => {
      const change = pendingChange({ of: kind, sub: owned.sub, id: owned.id, state: "CREATING", now: now(), holds });
      const outcome = await transact<Repeated | QuotaReached | Stale>(table, [
        ...(claim === undefined ? [] : [checkRecord({ table, now }, claim)]),
        ...takeQuota({ table, sub: owned.sub, amounts: holds, quotas }),
        { write: putPendingChange(change, rowIsAbsent) },
      ]);
      return isDone(outcome) ? doneWith(change) : outcome;
    },

    create: async ({ item, creation, ...request }) =>
      await transact<Repeated | QuotaReached | ReferenceGone | Stale>(table, [
        ...partsOfCreation({ table, now }, { sub: item.sub, ...request }),
        ...(creation === undefined ? [] : [{ write: endOfCreation(creation) }]),
        { write: newRow(schema, keyOf(item), item) },
      ]),

    change: async (item, attributes) => {
      const version = item.version + 1;
      const entries: readonly (readonly [string, unknown])[] = Object.entries({ ...attributes });
      const given = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
      const set = { ...given, version, updatedAt: now().toISOString() };
      schema.parse({ ...item, ...set });
      // Only the changed attributes are written, so that attributes that a newer version has added survive.
      return await changeRow(table, schema, { key: keyOf(item), changes: { set }, condition: asRead(item) });
    },

    remove: async ({ item, gives }) => {
      const change = pendingChange({ of: kind, sub: item.sub, id: item.id, state: "DELETING", now: now() });
      const outcome = await transact(table, [
        { write: { kind: "DELETE", key: keyOf(item), condition: asRead(item) } },
        ...deletedWith(item).map((key) => ({ write: { kind: "DELETE" as const, key } })),
        { write: putPendingChange(change) },
        ...moveQuota(item.sub, { decrement: gives }),
      ]);
      return isDone(outcome) ? doneWith(change) : outcome;
    },
  };
}

/** The parts of a creation that do not depend on its rows: the request's record, the quotas, and what must exist. */
export const partsOfCreation = (
  { table, now }: { readonly table: Table; readonly now: () => Date },
  { sub, takes, quotas, idempotency, mustExist = [] }: CreationParams,
): readonly TransactionPart<Repeated | QuotaReached | ReferenceGone | Stale>[] => [
  ...(idempotency === undefined ? [] : [putRecord({ table, now }, idempotency)]),
  ...takeQuota({ table, sub, amounts: takes, quotas }),
  ...mustExist.map((key): TransactionPart<ReferenceGone> => ({
    write: { kind: "CHECK", key, condition: rowExists },
    refused: () => ({ kind: "REFERENCE_GONE", key }),
  })),
];

/** Returns the write of a row that must not exist yet. */
export const newRow = <Schema extends z.ZodType<object>>(
  schema: Schema,
  key: TableKey,
  item: z.output<Schema>,
): Write => ({
  kind: "PUT",
  key,
  row: writeItem(schema, key, item),
  condition: rowIsAbsent,
});

/**
 * Returns the changes that every write of work makes. They include a new version, so that clients that poll the row see
 * a change.
 */
export const nextVersion = (now: Date, set: Readonly<Record<string, unknown>> = {}) => ({
  set: { ...set, updatedAt: now.toISOString() },
  add: { version: 1 },
});
