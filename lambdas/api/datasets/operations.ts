import type { OperationsOf } from "../../http/bind-operations";
import { createDataset } from "./create-dataset";
import { deleteDataset } from "./delete-dataset";
import { getDataset } from "./get-dataset";
import { getDatasetFile } from "./get-dataset-file";
import { listDatasetFiles } from "./list-dataset-files";
import { listDatasets } from "./list-datasets";
import { offerDatasetArchive } from "./offer-dataset-archive";
import { offerDatasetFiles } from "./offer-dataset-files";
import { overrideDatasetFile } from "./override-dataset-file";
import { updateDataset } from "./update-dataset";
import { withdrawDatasetFile } from "./withdraw-dataset-file";

export const datasetOperations = {
  createDataset,
  listDatasets,
  getDataset,
  updateDataset,
  deleteDataset,
  offerDatasetFiles,
  offerDatasetArchive,
  getDatasetFile,
  overrideDatasetFile,
  withdrawDatasetFile,
  listDatasetFiles,
} satisfies OperationsOf<"datasets">;
