import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import type { TrainingJobItem } from "../stores/items";

const soonSeconds = 10 * 60;

/**
 * Returns the seconds after which it is worth polling again. The row changes with each monitoring turn. Turns are
 * frequent when a job is new, and once more when it begins to train after a long wait in the queue, so that its first
 * samples are heard at once. They come once a minute later.
 * @returns undefined when the job has ended
 */
export function pollAfterSeconds(
  { state, createdAt, usage }: Pick<TrainingJobItem, "state" | "createdAt" | "usage">,
  now: Date,
): number | undefined {
  if (isFinalTrainingJobState(state)) return undefined;
  const isNew = now.getTime() - Date.parse(createdAt) < soonSeconds * 1000;
  const beginsToTrain = (state === "STARTING" || state === "TRAINING") && usage.trainingSeconds < soonSeconds;
  return isNew || beginsToTrain ? 3 : 30;
}
