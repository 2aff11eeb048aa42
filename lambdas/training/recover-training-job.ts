/**
 * Recovers a job whose execution has ended without finalizing it. It starts the next attempt, or finalizes the job.
 */
import type { Failure } from "../../domain/schemas/failure";
import { interpretTrainingJob } from "../../domain/states/sagemaker-status";
import type { DescribedTrainingJob } from "../aws/sagemaker-jobs";
import type { UnfinalizedEnd, WorkflowExecutions } from "../aws/workflow-executions";
import type { TrainingJobItem } from "../stores/items";
import { isDone } from "../stores/outcome";
import type { NextAttempt, TrainingJobs } from "../stores/training-jobs";
import {
  finalizeTrainingJob,
  type FinalizeTrainingJobParams,
  type FinalizeTrainingJobResult,
} from "./finalize-training-job";
import { usageOf } from "./monitor-training-job";
import { openJob } from "./open-job";
import { jobAttempt } from "./step-input";

export interface RecoverTrainingJobParams extends Omit<
  FinalizeTrainingJobParams,
  "trainingJobs" | "failure" | "fault"
> {
  readonly trainingJobs: FinalizeTrainingJobParams["trainingJobs"] & Pick<TrainingJobs, "beginNextAttempt">;
  readonly executions: Pick<WorkflowExecutions, "start">;
  /** The failure that its owner is told if the job is finalized. */
  readonly fault: Failure;
  readonly ending: UnfinalizedEnd;
}

export type RecoverTrainingJobResult =
  | FinalizeTrainingJobResult
  /** The next attempt's execution was started. */
  | { readonly outcome: "NEXT_ATTEMPT"; readonly attempt: number };

/**
 * The maximum number of executions of one job that had a SageMaker job or failed by themselves. A fault that has ended
 * three of them is expected to end the fourth. An execution that was cut off while the job waited does not count, because it says nothing about
 * the job.
 */
export const maxAttempts = 3;
/**
 * The maximum number of executions of one job that failed by themselves. Each of them takes minutes, and the job must be
 * in its final state within 15 minutes.
 */
export const maxFailedAttempts = 2;
/** The maximum number of executions of one job, whatever ended them. */
export const maxAttemptsInTotal = 20;

/**
 * Goes on with the job under the next attempt's name. The next attempt adopts a SageMaker job that still runs or has
 * ended with its work done, so that there are never two of them. A SageMaker job that the platform ended is followed by
 * another, which goes on from the same checkpoints.
 *
 * The job is finalized instead when it is to be stopped, has its model, has failed by itself or has used its time up,
 * when a step failed for as long as a step is tried, or when this was its last attempt.
 */
export async function recoverTrainingJob(params: RecoverTrainingJobParams): Promise<RecoverTrainingJobResult> {
  const { input, trainingJobs, sageMakerJobs, executions, now, log } = params;
  const opened = await openJob(trainingJobs, input);
  // A step that failed for minutes would fail for as long in the next attempt.
  if (opened.outcome !== "OPEN" || params.ending === "STEP_FAILED") return await finalizeTrainingJob(params);
  const { job } = opened;
  if (job.stopRequested || job.modelId !== undefined) return await finalizeTrainingJob(params);
  const described = job.trainingJobName === undefined ? undefined : await sageMakerJobs.describe(job.trainingJobName);
  const counts = described !== undefined || params.ending === "FAILED";
  const attemptsWithoutTraining = (job.attemptsWithoutTraining ?? 0) + (counts ? 0 : 1);
  const counted = job.attempt - attemptsWithoutTraining;
  if (params.ending === "FAILED" && counted >= maxFailedAttempts) return await finalizeTrainingJob(params);
  if (counted >= maxAttempts || job.attempt >= maxAttemptsInTotal) {
    return await finalizeTrainingJob({ ...params, fault: cutOff(params.fault, job.attempt), isCutOffForGood: true });
  }
  const next = continuation(job, described, now());
  if (next === undefined) return await finalizeTrainingJob(params);

  const begun = await trainingJobs.beginNextAttempt(jobAttempt(input), { ...next, attemptsWithoutTraining });
  // Somebody else has begun the attempt, or a stop request came first. The reconciler reads the changed row later.
  if (!isDone(begun)) return { outcome: "SUPERSEDED" };
  const attempt = { sub: begun.value.sub, jobId: begun.value.id, attempt: begun.value.attempt };
  log.warn("a workflow has ended without finalizing its job: the next attempt begins", { ...attempt, ...next });
  await executions.start(attempt);
  return { outcome: "NEXT_ATTEMPT", attempt: attempt.attempt };
}

const cutOff = (fault: Failure, times: number): Failure => ({
  ...fault,
  message: `The workflow of the training was cut off ${times} times, so it is not started again.`,
});

type Continuation = Omit<NextAttempt, "attemptsWithoutTraining">;

/** Returns the next attempt's data, or undefined when the job cannot go on. */
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
