import type { TrainingJob } from "./training-resources";

export const jobStates = [
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

const endedStates: readonly string[] = ["READY", "FAILED", "STOPPED"];

export const hasEnded = ({ state }: Pick<TrainingJob, "state">): boolean => endedStates.includes(state);

/** Returns true while a stop can still be asked for. */
export const canBeStopped = ({ state, stopRequested }: Pick<TrainingJob, "state" | "stopRequested">): boolean =>
  !stopRequested && (state === "PENDING" || state === "QUEUED" || state === "STARTING" || state === "TRAINING");

/** The look of each state's indicator. */
export const stateIndicators = {
  PENDING: "pending",
  QUEUED: "pending",
  STARTING: "in-progress",
  TRAINING: "in-progress",
  UPLOADING: "in-progress",
  STOPPING: "in-progress",
  READY: "success",
  FAILED: "error",
  STOPPED: "stopped",
} as const;
