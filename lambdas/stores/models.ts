/** The stores of the models that users have trained, and of the stock models, which belong to no user. */
import type { OwnedBy } from "../../naming/object-keys";
import { kindPrefix, ownedKey, stockModelKey, stockPartition, userPartition } from "../../naming/table-keys";
import { rowExists } from "./conditions";
import { readItem } from "./item-codec";
import { type ModelItem, modelItemSchema, type StockModelItem, stockModelItemSchema } from "./items";
import { createOwnedRows, nextVersion, type OwnedRows } from "./owned-rows";
import type { Table } from "./table";
import { writeRow } from "./transaction";

export interface Models extends OwnedRows<ModelItem> {
  /** Notes in the models that were trained on a user's data set that it is deleted. It may be called again. */
  noteDatasetDeleted(dataset: OwnedBy): Promise<void>;
}

export function createModels(params: { readonly table: Table; readonly now: () => Date }): Models {
  const { table, now } = params;
  return {
    ...createOwnedRows({ ...params, kind: "MODEL", schema: modelItemSchema }),

    noteDatasetDeleted: async ({ sub, id }) => {
      const deletedAt = now().toISOString();
      for await (const row of table.all({ partition: userPartition(sub), prefix: kindPrefix("MODEL") })) {
        const { id: modelId, dataset } = readItem(modelItemSchema, row);
        if (dataset.id !== id || dataset.deletedAt !== undefined) continue;
        await writeRow(table, {
          ...{ kind: "UPDATE", key: ownedKey("MODEL", sub, modelId) },
          changes: nextVersion(now(), { dataset: { ...dataset, deletedAt } }),
          // A model may be deleted meanwhile. Nothing else changes what it was trained on.
          condition: rowExists,
        });
      }
    },
  };
}

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
