import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import type { TrainingJobItem } from "../stores/items";
import type { TrainingJobs } from "../stores/training-jobs";
import { jobAttempt, type StepInput } from "./step-input";

/** A row that is no longer this execution's to work on; the finalizing step says what becomes of it. */
export interface ClosedJob {
  readonly outcome: "GONE" | "SUPERSEDED" | "ALREADY_FINAL";
}
export interface OpenJob {
  readonly outcome: "OPEN";
  readonly job: TrainingJobItem;
}

/** Loads the job, and tells whether this execution still may work on it. */
export async function openJob(trainingJobs: Pick<TrainingJobs, "get">, input: StepInput): Promise<OpenJob | ClosedJob> {
  const job = await trainingJobs.get(jobAttempt(input));
  if (job === undefined) return { outcome: "GONE" };
  if (job.attempt !== input.attempt) return { outcome: "SUPERSEDED" };
  return isFinalTrainingJobState(job.state) ? { outcome: "ALREADY_FINAL" } : { outcome: "OPEN", job };
}
