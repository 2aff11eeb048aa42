import { Problem } from "../problems/problem";
import type { TrainingJobItem } from "../stores/items";
import { doneWith, type Outcome, type Stale } from "../stores/outcome";
import type { TrainingJobs } from "../stores/training-jobs";

export interface RequestStopParams {
  /** The row as it was read. If it has changed since, the outcome is stale. */
  readonly item: TrainingJobItem;
  readonly trainingJobs: Pick<TrainingJobs, "change">;
}

/**
 * Asks for the end of a job. The stream tells SageMaker, and the workflow alone records how the job ended. Repeating
 * the request is harmless.
 * @throws Problem ALREADY_FINAL
 */
export async function requestStop({ item, trainingJobs }: RequestStopParams): Promise<Outcome<TrainingJobItem, Stale>> {
  if (item.state === "READY" || item.state === "FAILED") throw alreadyFinal(item);
  if (item.state === "STOPPED" || item.stopRequested) return doneWith(item);
  return await trainingJobs.change(item, { stopRequested: true, state: "STOPPING" });
}

/** Returns the problem of a request to stop a job that has ended. */
function alreadyFinal({ state }: TrainingJobItem): Problem {
  return new Problem("ALREADY_FINAL", {
    detail: `The training job is ${state}; it cannot be stopped any more.`,
    errors: [{ pointer: "/state", reason: "is final", value: state, allowed: "a job that has not ended" }],
  });
}
