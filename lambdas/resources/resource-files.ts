/** The files of a resource, by its kind: what is removed when it goes. */
import { compositionPrefix, modelPrefix, type OwnedBy, trackKey, trainingJobPrefix } from "../../naming/object-keys";
import type { OwnedKind } from "../../naming/table-keys";
import type { ObjectStore } from "../stores/objects";

/** The buckets, as far as the kinds of a function's resources need them. */
export interface FileRemoval {
  readonly artifacts: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  /** Only training jobs have files there. */
  readonly work?: Pick<ObjectStore, "deleteAllUnder">;
}

/** Removes every file that the resource has; files that are not there count as removed. */
export async function removeFilesOf(kind: OwnedKind, of: OwnedBy, { artifacts, work }: FileRemoval): Promise<void> {
  switch (kind) {
    case "TRACK":
      await artifacts.delete([trackKey(of)]);
      return;
    case "COMPOSITION":
      await artifacts.deleteAllUnder(compositionPrefix(of));
      return;
    case "MODEL":
      await artifacts.deleteAllUnder(modelPrefix(of));
      return;
    case "TRAINING_JOB":
      if (work === undefined) throw new Error("a training job's files cannot be removed without the work bucket");
      await work.deleteAllUnder(trainingJobPrefix(of));
      await artifacts.deleteAllUnder(trainingJobPrefix(of));
      return;
  }
}

/**
 * Whether somebody may still write files of a resource whose row is gone: a request that changes it, a worker whose lease
 * was taken over, a step of the workflow that was tried twice. A track's one file is written before its row.
 */
export const mayHaveLateWriters = (kind: OwnedKind): boolean => kind !== "TRACK";
