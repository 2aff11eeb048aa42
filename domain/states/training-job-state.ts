/** The states of a training job and the only legal ways between them. Every conditional update uses this one table. */
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
 * The states into which a job may go from each state. Any non-final state may fail or end STOPPED, because a user may
 * stop a job that SageMaker does not know yet. Any non-final state may also become READY at once, if a monitoring turn
 * comes so late that it finds the job completed. A spot interruption takes TRAINING back to STARTING; a refusal for
 * capacity takes STARTING back to QUEUED.
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

/** Returns the states from which a job may go to `to`. A conditional update writes them into its condition. */
export function trainingJobStatesBefore(to: TrainingJobState): readonly TrainingJobState[] {
  return trainingJobStates.filter((from) => isLegalTrainingJobTransition(from, to));
}
