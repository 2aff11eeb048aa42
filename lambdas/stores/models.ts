/** The stores of the models that users have trained, and of the stock models, which belong to no user. */
import { kindPrefix, stockModelKey, stockPartition } from "../../naming/table-keys";
import { readItem } from "./item-codec";
import { type ModelItem, modelItemSchema, type StockModelItem, stockModelItemSchema } from "./items";
import { createOwnedRows, type OwnedRows, type Page } from "./owned-rows";
import type { Table } from "./table";

export type Models = OwnedRows<ModelItem>;

export const createModels = (params: { readonly table: Table; readonly now: () => Date }): Models =>
  createOwnedRows({ ...params, kind: "MODEL", schema: modelItemSchema });

export interface StockModels {
  get(id: string): Promise<StockModelItem | undefined>;
  /** Lists the stock models in the order of their ids. */
  list(params: { readonly limit: number; readonly after?: string | undefined }): Promise<Page<StockModelItem>>;
}

export function createStockModels(table: Pick<Table, "read" | "query">): StockModels {
  return {
    get: async (id) => {
      if (!/^[a-z0-9-]{1,64}$/.test(id)) return undefined;
      const row = await table.read(stockModelKey(id));
      return row === undefined ? undefined : readItem(stockModelItemSchema, row);
    },
    list: async ({ limit, after = "" }) => {
      // The partition holds only stock models.
      const query = { partition: stockPartition, after: `${kindPrefix("MODEL")}${after}` };
      const { rows, hasMore } = await table.query(query, limit);
      return { items: rows.map((row) => readItem(stockModelItemSchema, row)), hasMore };
    },
  };
}
