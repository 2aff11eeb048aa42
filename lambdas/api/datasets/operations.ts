import type { OperationsOf } from "../../http/bind-operations";
import { createDataset } from "./create-dataset";
import { createDatasetVersion } from "./create-dataset-version";
import { deleteDataset } from "./delete-dataset";
import { getDataset } from "./get-dataset";
import { getDatasetFile } from "./get-dataset-file";
import { getDatasetVersion } from "./get-dataset-version";
import { listDatasetFiles } from "./list-dataset-files";
import { listDatasetVersions } from "./list-dataset-versions";
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
  createDatasetVersion,
  listDatasetVersions,
  getDatasetVersion,
} satisfies OperationsOf<"datasets">;
