import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import type { TrainingJobItem } from "../stores/items";

const soonMilliseconds = 10 * 60_000;

/**
 * Returns the seconds after which it is worth polling again. The row changes with each monitoring turn. Turns are
 * frequent at first, and come once a minute later.
 * @returns undefined when the job has ended
 */
export function pollAfterSeconds(
  { state, createdAt }: Pick<TrainingJobItem, "state" | "createdAt">,
  now: Date,
): number | undefined {
  if (isFinalTrainingJobState(state)) return undefined;
  return now.getTime() - Date.parse(createdAt) < soonMilliseconds ? 3 : 30;
}
