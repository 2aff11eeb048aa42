import { inUse } from "../problems/problem";
import { deleteWithFiles } from "../resources/delete-with-files";
import type { FileRemoval } from "../resources/resource-files";
import type { Datasets } from "../stores/datasets";
import type { DatasetItem } from "../stores/items";
import type { Outcome, Stale } from "../stores/outcome";
import type { PendingChanges } from "../stores/pending-changes";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";

export interface DeleteUnusedDatasetParams extends Required<FileRemoval> {
  /** The row as it was read. If it has changed since, the deletion is stale. */
  readonly item: DatasetItem;
  readonly datasets: Pick<Datasets, "remove">;
  readonly trainingJobs: Pick<TrainingJobs, "openOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly log: Log;
}

/**
 * Deletes a data set of which no unfinished training uses a version. Models stay, and say that it is deleted.
 * @throws Problem IN_USE
 */
export async function deleteUnusedDataset(params: DeleteUnusedDatasetParams): Promise<Outcome<undefined, Stale>> {
  const { item, datasets, trainingJobs, pendingChanges, log } = params;
  const users = (await trainingJobs.openOf(item.sub)).filter(({ dataset }) => dataset.id === item.id);
  if (users.length > 0) throw inUse("data set", users);
  const { artifacts, work, datasetFiles, datasetVersions, models } = params;
  const removal = { artifacts, work, datasetFiles, datasetVersions, models };
  return await deleteWithFiles({ item, items: datasets, pendingChanges, removal, log });
}
