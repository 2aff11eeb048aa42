import type { OperationsOf } from "../../http/bind-operations";
import { createDataset } from "./create-dataset";
import { deleteDataset } from "./delete-dataset";
import { getDataset } from "./get-dataset";
import { listDatasetFiles } from "./list-dataset-files";
import { listDatasets } from "./list-datasets";
import { offerDatasetFiles } from "./offer-dataset-files";
import { updateDataset } from "./update-dataset";

export const datasetOperations = {
  createDataset,
  listDatasets,
  getDataset,
  updateDataset,
  deleteDataset,
  offerDatasetFiles,
  listDatasetFiles,
} satisfies OperationsOf<"datasets">;
