/** What becomes of a job whose execution has ended without settling it: the next attempt goes on, or it is settled. */
import type { Failure } from "../../domain/schemas/failure";
import type { TrainingJobItem } from "../../domain/schemas/items";
import { interpretTrainingJob } from "../../domain/states/sagemaker-status";
import type { TrainingJobsInExecution } from "../aws/table/training-job-execution";
import type { DescribedTrainingJob } from "../aws/training-jobs";
import type { WorkflowExecutions } from "../aws/workflow-executions";
import { usageOf } from "./look-at-training-job/observe-training-job";
import { openJob } from "./open-job";
import {
  settleTrainingJob,
  type SettleTrainingJobAnswer,
  type SettleTrainingJobParams,
} from "./settle-training-job/settle-training-job";
import { jobAttempt } from "./step-input";

export interface RecoverTrainingJobParams extends Omit<SettleTrainingJobParams, "jobs" | "failure" | "fault"> {
  readonly jobs: SettleTrainingJobParams["jobs"] & Pick<TrainingJobsInExecution, "beginNextAttempt">;
  readonly executions: Pick<WorkflowExecutions, "start">;
  /** What its owner is told if no attempt is left. */
  readonly fault: Failure;
}

export type RecoverTrainingJobAnswer =
  | SettleTrainingJobAnswer
  /** The next attempt's execution was started. */
  | { readonly outcome: "NEXT_ATTEMPT"; readonly attempt: number };

/** Executions of one job at most: what ends three of them will end the fourth. */
export const mostAttempts = 3;

/**
 * Goes on with the job under the next attempt's name. A SageMaker job that still runs, or has ended with its work done, is
 * the next attempt's to adopt, so there are never two of them; one that the platform ended is followed by another that
 * goes on from the same checkpoints. The job is settled when it is to be stopped, has its model, has failed by itself, has
 * used its time up, or this was its last attempt.
 */
export async function recoverTrainingJob(params: RecoverTrainingJobParams): Promise<RecoverTrainingJobAnswer> {
  const { input, jobs, trainingJobs, executions, now, log } = params;
  const opened = await openJob(jobs, input);
  if (opened.outcome !== "OPEN") return await settleTrainingJob(params);
  const { job } = opened;
  if (job.stopRequested || job.modelId !== undefined || job.attempt >= mostAttempts) {
    return await settleTrainingJob(params);
  }
  const described = job.trainingJobName === undefined ? undefined : await trainingJobs.describe(job.trainingJobName);
  const next = continuation(job, described, now());
  if (next === undefined) return await settleTrainingJob(params);

  const begun = await jobs.beginNextAttempt(jobAttempt(input), next);
  // Somebody else has begun it, or a stop came first: the sweeper looks at the row as it is then.
  if (begun === undefined) return { outcome: "SUPERSEDED" };
  const attempt = { sub: begun.sub, jobId: begun.id, attempt: begun.attempt };
  log.warn("a workflow has ended without settling its job: the next attempt begins", { ...attempt, ...next });
  await executions.start(attempt);
  return { outcome: "NEXT_ATTEMPT", attempt: begun.attempt };
}

type Continuation = Parameters<TrainingJobsInExecution["beginNextAttempt"]>[1];

/** @returns undefined when there is nothing to go on with */
function continuation(
  job: TrainingJobItem,
  described: DescribedTrainingJob | undefined,
  now: Date,
): Continuation | undefined {
  const meaning = described === undefined ? undefined : interpretTrainingJob(described);
  const isOver = meaning?.kind === "ENDED" && meaning.ending === "FAILED";
  if (isOver && !meaning.failure.retryable) return undefined;
  const keepsTrainingJob = meaning !== undefined && meaning.kind !== "CAPACITY_REFUSED" && !isOver;
  if (keepsTrainingJob) return { keepsTrainingJob, earlierUsage: job.earlierUsage };
  const usage = usageOf(job, described, now.getTime());
  return usage.trainingSeconds >= job.maxRuntimeSeconds ? undefined : { keepsTrainingJob, earlierUsage: usage };
}
