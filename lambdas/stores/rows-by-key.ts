/** Reads many rows at once by their keys, with the attributes that say which objects the rows name. */
import * as z from "zod";
import type { TableKey } from "../../naming/table-keys";
import { correctionSchema, midiFileSchema } from "./items";
import type { Table } from "./table";

/** The attributes that say which files a row names. */
const rowSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  midi: z.object(midiFileSchema.shape).optional(),
  composed: z.object(midiFileSchema.shape).optional(),
  correction: z.object(correctionSchema.shape).optional(),
});
export type RowByKey = z.infer<typeof rowSchema>;

export interface RowsByKey {
  /** Returns those of the rows that exist, by consistent reads. */
  find(keys: readonly TableKey[]): Promise<readonly RowByKey[]>;
}

export const createRowsByKey = (table: Pick<Table, "readMany">): RowsByKey => ({
  find: async (keys) =>
    (await table.readMany(keys, ["pk", "sk", "midi", "composed", "correction"])).map((row) => rowSchema.parse(row)),
});
