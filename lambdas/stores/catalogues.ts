/** The store of the catalogues of data sets, which belong to no user. */
import { catalogueKey } from "../../naming/table-keys";
import { readItem } from "./item-codec";
import { type CatalogueItem, catalogueItemSchema } from "./items";
import type { Table } from "./table";

export interface Catalogues {
  get(datasetId: string): Promise<CatalogueItem | undefined>;
}

export const createCatalogues = (table: Pick<Table, "read">): Catalogues => ({
  get: async (datasetId) => {
    const row = await table.read(catalogueKey(datasetId));
    return row === undefined ? undefined : readItem(catalogueItemSchema, row);
  },
});
