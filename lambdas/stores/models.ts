/** The stores of the models that users have trained, and of the stock models, which belong to no user. */
import { stockModelKey, stockPartition } from "../../naming/table-keys";
import { readItem } from "./item-codec";
import { type ModelItem, modelItemSchema, type StockModelItem, stockModelItemSchema } from "./items";
import { createOwnedRows, type OwnedRows } from "./owned-rows";
import type { Table } from "./table";

export type Models = OwnedRows<ModelItem>;

export const createModels = (params: { readonly table: Table; readonly now: () => Date }): Models =>
  createOwnedRows({ ...params, kind: "MODEL", schema: modelItemSchema });

export interface StockModels {
  get(id: string): Promise<StockModelItem | undefined>;
  /** Returns all stock models in the order of their ids. They are few, because each comes with the software. */
  all(): Promise<readonly StockModelItem[]>;
}

export function createStockModels(table: Pick<Table, "read" | "all">): StockModels {
  return {
    get: async (id) => {
      if (!/^[a-z0-9-]{1,64}$/.test(id)) return undefined;
      const row = await table.read(stockModelKey(id));
      return row === undefined ? undefined : readItem(stockModelItemSchema, row);
    },
    all: async () => {
      const items: StockModelItem[] = [];
      // The partition holds only stock models.
      for await (const row of table.all({ partition: stockPartition })) items.push(readItem(stockModelItemSchema, row));
      return items;
    },
  };
}
