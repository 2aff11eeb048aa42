/** The files of a resource, by its kind. They are removed when the resource is deleted. */
import {
  compositionPrefix,
  incomingDatasetArchivesPrefix,
  incomingDatasetPrefix,
  modelPrefix,
  ownDatasetPrefix,
  type OwnedBy,
  trackKey,
  trainingJobPrefix,
} from "../../naming/object-keys";
import type { OwnedKind } from "../../naming/table-keys";
import type { DatasetFiles } from "../stores/dataset-files";
import type { DatasetVersions } from "../stores/dataset-versions";
import type { Models } from "../stores/models";
import type { ObjectStore } from "../stores/objects";

/** The buckets from which files are removed. A function has only those that its kinds of resources need. */
export interface FileRemoval {
  readonly artifacts: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  /** The work bucket, in which training jobs and data sets have files. */
  readonly work?: Pick<ObjectStore, "deleteAllUnder">;
  /** The rows of the files and versions of data sets. */
  readonly datasetFiles?: Pick<DatasetFiles, "removeAll">;
  readonly datasetVersions?: Pick<DatasetVersions, "removeAll">;
  /** The models, which say that their data set is deleted. */
  readonly models?: Pick<Models, "noteDatasetDeleted">;
}

/** Removes every file that the resource has; files that are not there count as removed. */
export async function removeFilesOf(
  kind: OwnedKind,
  owned: OwnedBy,
  { artifacts, work, datasetFiles, datasetVersions, models }: FileRemoval,
): Promise<void> {
  switch (kind) {
    case "TRACK":
      await artifacts.delete([trackKey(owned)]);
      return;
    case "COMPOSITION":
      await artifacts.deleteAllUnder(compositionPrefix(owned));
      return;
    case "MODEL":
      await artifacts.deleteAllUnder(modelPrefix(owned));
      return;
    case "TRAINING_JOB":
      if (work === undefined) throw new Error("a training job's files cannot be removed without the work bucket");
      await work.deleteAllUnder(trainingJobPrefix(owned));
      await artifacts.deleteAllUnder(trainingJobPrefix(owned));
      return;
    case "DATASET":
      if (work === undefined || datasetFiles === undefined || datasetVersions === undefined || models === undefined) {
        throw new Error("a data set's files cannot be removed without the work bucket and the rows of its files");
      }
      await models.noteDatasetDeleted(owned);
      // Rows come first, so that nothing names a file that is gone. Each step begins anew if it was cut off.
      await datasetVersions.removeAll(owned);
      await datasetFiles.removeAll(owned);
      await work.deleteAllUnder(incomingDatasetPrefix(owned));
      await work.deleteAllUnder(incomingDatasetArchivesPrefix(owned));
      await artifacts.deleteAllUnder(ownDatasetPrefix(owned));
      return;
  }
}

/**
 * Returns true if somebody may still write files of a resource whose row is gone: a request that changes the resource,
 * a worker whose lease was taken over, or a step of the workflow that was tried twice. A track's only file is written
 * before its row, so nobody writes it later.
 */
export const mayHaveLateWriters = (kind: OwnedKind): boolean => kind !== "TRACK";
