/** Decides how a training job ends, by all rules in one pure function. */
import type { Failure } from "../schemas/failure";
import type { EndReason } from "../schemas/training-parts";
import { workflowFailed } from "../states/failures";
import type { TrainingEnding } from "../states/sagemaker-status";
import type { FinalTrainingJobState } from "../states/training-job-state";

export interface EndedTraining {
  /** The way in which SageMaker's job ended; undefined if none ever ran. */
  readonly ending: TrainingEnding | undefined;
  /** True if a usable model was registered. */
  readonly hasModel: boolean;
  readonly stopRequested: boolean;
  /** True if the job was allowed to end by itself before its last epoch, and did so. */
  readonly endedEarly: boolean;
  /** The reason of a failure: the container's own, a refused request, a missed deadline or a fault of the service. */
  readonly failure?: Failure | undefined;
}

export interface JobEnd {
  readonly state: FinalTrainingJobState;
  readonly endReason: EndReason;
  readonly failure?: Failure;
}

const noEpochCompleted = {
  code: "TIME_LIMIT_REACHED",
  message: "The time limit was reached before one epoch was complete, so there is no model. Allow more time.",
  retryable: false,
} as const satisfies Failure;

const noModelLeft = {
  code: "MODEL_MISSING",
  message: "The training ended without leaving a model.",
  retryable: true,
} as const satisfies Failure;

/** The failure of a job of which nobody knows what went wrong. */
const neverRan: Failure = { ...workflowFailed, message: `${workflowFailed.message} Try again.` };

const failedWith = (failure: Failure): JobEnd => ({ state: "FAILED", endReason: "FAILURE", failure });

/**
 * Returns how the job ends. A job that its user stopped ends STOPPED, with or without a model, unless the training
 * itself had failed. A training that completed or reached its time limit ends READY with a model and FAILED without
 * one.
 */
export function endOfJob({ ending, hasModel, stopRequested, endedEarly, failure }: EndedTraining): JobEnd {
  if (ending === "FAILED") return failedWith(failure ?? neverRan);
  if (stopRequested || ending === "STOPPED") return { state: "STOPPED", endReason: "USER_STOP" };
  if (ending === undefined) return failedWith(failure ?? neverRan);
  if (hasModel) {
    if (ending === "TIME_LIMIT") return { state: "READY", endReason: "TIME_LIMIT" };
    return { state: "READY", endReason: endedEarly ? "EARLY_STOPPING" : "EPOCHS_COMPLETED" };
  }
  return failedWith(failure ?? (ending === "TIME_LIMIT" ? noEpochCompleted : noModelLeft));
}
