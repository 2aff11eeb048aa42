/** The store of users' data sets. Their files are in a store of their own (dataset-files.ts). */
import { type DatasetItem, datasetItemSchema } from "./items";
import { createOwnedRows, type OwnedRows } from "./owned-rows";
import type { Table } from "./table";

export type Datasets = OwnedRows<DatasetItem>;

export const createDatasets = (params: { readonly table: Table; readonly now: () => Date }): Datasets =>
  createOwnedRows({ ...params, kind: "DATASET", schema: datasetItemSchema });
