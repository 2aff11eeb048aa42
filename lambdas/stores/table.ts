/**
 * The table as the stores see it: rows, conditions and writes, without DynamoDB's expressions. `dynamodb-table.ts`
 * implements it on DynamoDB; the tests have a table in memory, and one suite runs against both
 * (test/integration/stores.test.ts).
 */
import type { TableKey } from "../../naming/table-keys";
import type { Condition } from "./conditions";

/** A row as it is stored, with its two keys. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * The changes that an update makes to a row. A row that does not exist is created, unless the write's condition forbids
 * it.
 */
export interface RowChanges {
  /** Attributes to write; `undefined` leaves an attribute as it is. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Attributes to write if the row does not have them yet. */
  readonly setOnce?: Readonly<Record<string, unknown>>;
  /** Numbers to add to attributes; one that is absent counts as 0. */
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
}

/** One write of a row, with the condition under which it is made. */
export type Write =
  | { readonly kind: "PUT"; readonly key: TableKey; readonly row: Row; readonly condition?: Condition | undefined }
  | {
      readonly kind: "UPDATE";
      readonly key: TableKey;
      readonly changes: RowChanges;
      readonly condition?: Condition | undefined;
    }
  | { readonly kind: "DELETE"; readonly key: TableKey; readonly condition?: Condition | undefined }
  /** Writes nothing. In a transaction, its condition decides with the others whether anything is written. */
  | { readonly kind: "CHECK"; readonly key: TableKey; readonly condition: Condition };

export type WriteResult =
  | {
      readonly kind: "WRITTEN";
      /** The row as it is now, after a single update; a transaction does not return it. */
      readonly row?: Row | undefined;
    }
  | {
      readonly kind: "REFUSED";
      /** The index of the write whose condition did not hold; the first one if there are several. */
      readonly index: number;
      /** That row as it was when its condition was checked, if the table returns it. */
      readonly row: Row | undefined;
    };

/** A query of the rows of one partition. */
export interface RowQuery {
  readonly partition: string;
  /** If set, the partition is one of the sparse index OpenWork, which follows the table within moments. */
  readonly index?: "OpenWork";
  /** The prefix with which the sort key begins. */
  readonly prefix?: string;
  /** The sort key after which the rows begin; without it, they begin with the first. */
  readonly after?: string;
  /** The only attributes to read. Without it, all are read. */
  readonly attributes?: readonly string[];
}

export interface Table {
  /**
   * Reads one row consistently.
   * @param attributes - the only attributes to read; without it, all are read
   */
  read(key: TableKey, attributes?: readonly string[]): Promise<Row | undefined>;
  /**
   * Reads many rows consistently and returns those that exist, in any order.
   * @param attributes - the only attributes to read; without it, all are read
   * @throws TableBusy when DynamoDB keeps leaving some of them out
   */
  readMany(keys: readonly TableKey[], attributes?: readonly string[]): Promise<readonly Row[]>;
  /** Reads every row that the query finds, page by page, in the order of the sort keys. */
  all(query: RowQuery): AsyncIterable<Row>;
  /**
   * Writes everything or nothing. A single write is sent without a transaction.
   * @throws TableBusy when other transactions kept changing the same rows
   */
  write(writes: readonly Write[]): Promise<WriteResult>;
}

/**
 * Thrown when other transactions kept changing the same rows for as long as it was worth waiting. Nothing was written.
 */
export class TableBusy extends Error {
  override readonly name = "TableBusy";
}
