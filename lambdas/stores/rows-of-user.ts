/**
 * All rows of a user, whatever their kind. An erasure reads them from the user's partition, so that a kind that is added
 * later is erased, too.
 */
import * as z from "zod";
import { openWorkIndex, shareKey, type TableKey, userPartition } from "../../naming/table-keys";
import { absent, allOf, type Condition, equals } from "./conditions";
import { isDone } from "./outcome";
import type { Table } from "./table";
import { transact } from "./transaction";

/** What an erasure needs to know of a row. */
const rowOfUserSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  id: z.string().optional(),
  openWork: z.string().optional(),
  runningUntil: z.string().optional(),
  share: z.object({ tokenSha256: z.string() }).optional(),
});
export type RowOfUser = z.infer<typeof rowOfUserSchema>;

export interface RowsOfUser {
  /** Yields all rows of the user's partition, by a consistent read. */
  all(sub: string): AsyncIterable<RowOfUser>;
  /**
   * Deletes a row, and with it the row by which strangers find what it shares. A training job that has not ended stays, and
   * so does a row that has been shared, or whose share has changed, since it was read.
   * @returns false if the row stays
   */
  remove(row: RowOfUser): Promise<boolean>;
}

/** Returns the kind of a row: the first part of its sort key. */
export const kindOfRow = ({ sk }: Pick<TableKey, "sk">): string => sk.split("#", 1)[0] ?? sk;

export const createRowsOfUser = (table: Pick<Table, "all" | "write">): RowsOfUser => ({
  async *all(sub) {
    const attributes = Object.keys(rowOfUserSchema.shape);
    for await (const row of table.all({ partition: userPartition(sub), attributes })) yield rowOfUserSchema.parse(row);
  },

  remove: async (row) => {
    const { pk, sk, share } = row;
    const conditions: readonly Condition[] = [
      share === undefined ? absent("share") : equals("share.tokenSha256", share.tokenSha256),
      ...(kindOfRow(row) === "TRAINING_JOB" ? [absent(openWorkIndex.partitionKey)] : []),
    ];
    const outcome = await transact<never>(table, [
      { write: { kind: "DELETE", key: { pk, sk }, condition: allOf(...conditions) } },
      ...(share === undefined ? [] : [{ write: { kind: "DELETE" as const, key: shareKey(share.tokenSha256) } }]),
    ]);
    return isDone(outcome);
  },
});
