/**
 * The one table, as stores see it: rows, conditions and writes, without DynamoDB's expressions. `dynamodb-table.ts` is
 * the real one; the tests have one in memory, and one suite runs over both (test/integration/stores.test.ts).
 */
import type { TableKey } from "../../naming/table-keys";
import type { Condition } from "./conditions";

/** A row as it is stored, its two keys included. */
export type Row = Readonly<Record<string, unknown>>;

/** What an update does to a row. A row that does not exist is created, unless the write's condition forbids it. */
export interface RowChanges {
  /** Attributes to write; `undefined` leaves an attribute as it is. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Attributes to write where the row has none of that name. */
  readonly setOnce?: Readonly<Record<string, unknown>>;
  /** Numbers to add to attributes; one that is absent counts as 0. */
  readonly add?: Readonly<Record<string, number>>;
  readonly remove?: readonly string[];
}

export type Write =
  | { readonly kind: "PUT"; readonly key: TableKey; readonly row: Row; readonly condition?: Condition | undefined }
  | {
      readonly kind: "UPDATE";
      readonly key: TableKey;
      readonly changes: RowChanges;
      readonly condition?: Condition | undefined;
    }
  | { readonly kind: "DELETE"; readonly key: TableKey; readonly condition?: Condition | undefined }
  /** Writes nothing: only its condition counts, in a transaction. */
  | { readonly kind: "CHECK"; readonly key: TableKey; readonly condition: Condition };

export type WriteResult =
  | {
      readonly kind: "WRITTEN";
      /** The row as it is now, after a single update; a transaction does not tell it. */
      readonly row?: Row | undefined;
    }
  | {
      readonly kind: "REFUSED";
      /** Which write's condition did not hold; the first one of several. */
      readonly index: number;
      /** That row as it was when its condition was checked, where the table tells it. */
      readonly row: Row | undefined;
    };

export interface RowQuery {
  readonly partition: string;
  /** The partition is one of the sparse OpenWork index, which follows the table within moments. */
  readonly index?: "OpenWork";
  /** What the sort key begins with. */
  readonly prefix?: string;
  /** Only rows whose sort key comes before this one; needs a prefix. */
  readonly before?: string | undefined;
  /** Only rows whose sort key comes after this one; not together with a prefix. */
  readonly after?: string;
  readonly newestFirst?: boolean;
}

export interface RowPage {
  readonly rows: readonly Row[];
  readonly hasMore: boolean;
}

export interface Table {
  /** Reads one row consistently. @param attributes - only these, where they are named */
  read(key: TableKey, attributes?: readonly string[]): Promise<Row | undefined>;
  /** Reads many rows consistently, those that exist. @throws TableBusy when DynamoDB keeps leaving some of them out */
  readMany(keys: readonly TableKey[], attributes: readonly string[]): Promise<readonly Row[]>;
  query(query: RowQuery, limit: number): Promise<RowPage>;
  /** Reads every row that the query finds, page by page. */
  all(query: RowQuery): AsyncIterable<Row>;
  /**
   * Writes everything or nothing; one write alone is no transaction.
   * @throws TableBusy when other transactions kept changing the same rows
   */
  write(writes: readonly Write[]): Promise<WriteResult>;
}

/** Other transactions kept changing the same rows for as long as it was worth waiting. Nothing was written. */
export class TableBusy extends Error {
  override readonly name = "TableBusy";
}
