import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import { inUse, Problem } from "../problems/problem";
import { deleteWithFiles } from "../resources/delete-with-files";
import type { TrainingJobItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import type { Outcome, Stale } from "../stores/outcome";
import type { PendingChanges } from "../stores/pending-changes";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import { pollAfterSeconds } from "./poll-interval";

export interface DeleteUnusedTrainingJobParams {
  /** The row as it was read. If it has changed since, the deletion is stale. */
  readonly item: TrainingJobItem;
  readonly trainingJobs: Pick<TrainingJobs, "remove" | "openOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly artifacts: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly work: Pick<ObjectStore, "deleteAllUnder">;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * Deletes a training job that has ended and that no unfinished one goes on from, with its progress, samples and
 * checkpoints. The model that came of it stays.
 * @throws Problem NOT_FINAL, IN_USE
 */
export async function deleteUnusedTrainingJob(
  params: DeleteUnusedTrainingJobParams,
): Promise<Outcome<undefined, Stale>> {
  const { item, trainingJobs, pendingChanges, artifacts, work, now, log } = params;
  if (!isFinalTrainingJobState(item.state)) {
    const wait = pollAfterSeconds(item, now());
    throw new Problem("NOT_FINAL", {
      detail: `The training job is ${item.state}; it can be deleted when it is READY, FAILED or STOPPED.`,
      errors: [{ pointer: "/state", reason: "is not final", value: item.state, allowed: "READY, FAILED, STOPPED" }],
      ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    });
  }
  const users = (await trainingJobs.openOf(item.sub)).filter(({ resumeFrom }) => resumeFrom === item.id);
  if (users.length > 0) throw inUse("training job", users);
  return await deleteWithFiles({ item, items: trainingJobs, pendingChanges, removal: { artifacts, work }, log });
}
