import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import type { TrainingJobItem } from "../stores/items";

const soonMilliseconds = 10 * 60_000;

/** After how long it is worth asking again: the row changes at each look of the workflow, often at first, then by the minute. */
export function pollAfterSeconds(
  { state, createdAt }: Pick<TrainingJobItem, "state" | "createdAt">,
  now: Date,
): number | undefined {
  if (isFinalTrainingJobState(state)) return undefined;
  return now.getTime() - Date.parse(createdAt) < soonMilliseconds ? 3 : 30;
}
