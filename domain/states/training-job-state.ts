/** The states of a training job and the only legal ways between them: the one table every conditional update asks. */
export const trainingJobStates = [
  "PENDING",
  "QUEUED",
  "STARTING",
  "TRAINING",
  "UPLOADING",
  "STOPPING",
  "READY",
  "FAILED",
  "STOPPED",
] as const;
export type TrainingJobState = (typeof trainingJobStates)[number];

export const finalTrainingJobStates = ["READY", "FAILED", "STOPPED"] as const satisfies readonly TrainingJobState[];
export type FinalTrainingJobState = (typeof finalTrainingJobStates)[number];

/**
 * From each state, where a job may go. Any non-final state may fail or end STOPPED (a user may stop a job that is not
 * yet known to SageMaker), and may be READY at once when a monitoring turn comes so late that it finds the job completed.
 * A spot interruption takes TRAINING back to STARTING; a capacity refusal takes STARTING back to QUEUED.
 */
export const trainingJobTransitions: Readonly<Record<TrainingJobState, readonly TrainingJobState[]>> = {
  PENDING: ["QUEUED", "STARTING", "STOPPING", "FAILED", "STOPPED"],
  QUEUED: ["STARTING", "STOPPING", "FAILED", "STOPPED"],
  STARTING: ["QUEUED", "TRAINING", "UPLOADING", "STOPPING", "READY", "FAILED", "STOPPED"],
  TRAINING: ["STARTING", "QUEUED", "UPLOADING", "STOPPING", "READY", "FAILED", "STOPPED"],
  UPLOADING: ["STARTING", "QUEUED", "STOPPING", "READY", "FAILED", "STOPPED"],
  STOPPING: ["READY", "FAILED", "STOPPED"],
  READY: [],
  FAILED: [],
  STOPPED: [],
};

export function isFinalTrainingJobState(state: TrainingJobState): state is FinalTrainingJobState {
  return (finalTrainingJobStates as readonly TrainingJobState[]).includes(state);
}

export function isLegalTrainingJobTransition(from: TrainingJobState, to: TrainingJobState): boolean {
  return trainingJobTransitions[from].includes(to);
}

/** States from which `to` may be reached: what a conditional update writes into its condition. */
export function trainingJobStatesBefore(to: TrainingJobState): readonly TrainingJobState[] {
  return trainingJobStates.filter((from) => isLegalTrainingJobTransition(from, to));
}
