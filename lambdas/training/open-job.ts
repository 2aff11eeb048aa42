import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import type { TrainingJobItem } from "../stores/items";
import type { TrainingJobs } from "../stores/training-jobs";
import { jobAttempt, type StepInput } from "./step-input";

/** A row on which this execution may not work any more. The finalizing step decides what becomes of it. */
export interface ClosedJob {
  readonly outcome: "GONE" | "SUPERSEDED" | "ALREADY_FINAL";
}
export interface OpenJob {
  readonly outcome: "OPEN";
  readonly job: TrainingJobItem;
}

/** Loads the job, and returns whether this execution may still work on it. */
export async function openJob(trainingJobs: Pick<TrainingJobs, "get">, input: StepInput): Promise<OpenJob | ClosedJob> {
  const job = await trainingJobs.get(jobAttempt(input));
  if (job === undefined) return { outcome: "GONE" };
  if (job.attempt !== input.attempt) return { outcome: "SUPERSEDED" };
  return isFinalTrainingJobState(job.state) ? { outcome: "ALREADY_FINAL" } : { outcome: "OPEN", job };
}
