import { Problem } from "../problems/problem";
import type { TrainingJobItem } from "../stores/items";
import { doneWith, type Outcome, type Stale } from "../stores/outcome";
import type { TrainingJobs } from "../stores/training-jobs";

export interface RequestStopParams {
  /** As it was read: the request is refused when it has changed since. */
  readonly item: TrainingJobItem;
  readonly trainingJobs: Pick<TrainingJobs, "change">;
}

/**
 * Asks for the end: the stream tells SageMaker, the workflow alone records how it ended. Repeating it is harmless.
 * @throws Problem ALREADY_FINAL
 */
export async function requestStop({ item, trainingJobs }: RequestStopParams): Promise<Outcome<TrainingJobItem, Stale>> {
  if (item.state === "READY" || item.state === "FAILED") throw alreadyFinal(item);
  if (item.state === "STOPPED" || item.stopRequested) return doneWith(item);
  return await trainingJobs.change(item, { stopRequested: true, state: "STOPPING" });
}

function alreadyFinal({ state }: TrainingJobItem): Problem {
  return new Problem("ALREADY_FINAL", {
    detail: `The training job is ${state}; it cannot be stopped any more.`,
    errors: [{ pointer: "/state", reason: "is final", value: state, allowed: "a job that has not ended" }],
  });
}
