import type { OperationsOf } from "../../http/bind-operations";
import { createDataset } from "./create-dataset";
import { createDatasetVersion } from "./create-dataset-version";
import { deleteDataset } from "./delete-dataset";
import { getDataset } from "./get-dataset";
import { getDatasetVersion } from "./get-dataset-version";
import { listDatasetFiles } from "./list-dataset-files";
import { listDatasetVersions } from "./list-dataset-versions";
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
  createDatasetVersion,
  listDatasetVersions,
  getDatasetVersion,
} satisfies OperationsOf<"datasets">;
