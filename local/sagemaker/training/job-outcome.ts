/** What a training job becomes when it ends, or when the machine under it is lost. */
import { failureReason } from "./folder-contract";
import { now } from "./time-limits";
import { advance, isWaitingForMachine, stoppedAs, type TrainingJob } from "./training-job";

/**
 * The job at its end: Stopped where its stop was accepted, whatever the container's exit status is (a race that lost
 * Stopped to an exit code is known from another emulator, GH:floci-io/floci#1949); Failed where there is a FailureReason;
 * else Completed.
 */
export function ended(running: TrainingJob, failure: string | undefined): TrainingJob {
  const job = withEndTime(running);
  const { stopReason } = job;
  if (stopReason !== undefined) {
    return advance(job, { to: stoppedAs[stopReason], status: "Stopped", now: now() });
  }
  if (failure !== undefined) {
    return { ...advance(job, { to: "Failed", status: "Failed", now: now() }), failureReason: failure };
  }
  return advance(job, { to: "Completed", status: "Completed", now: now() });
}

/**
 * The job after this server, and with it the job's machine, was lost: Stopped when it was being stopped; as it was when it
 * had no machine; Interrupted when it was a spot job; begun again while RetryStrategy permits (it retries this class of
 * failure alone); else Failed with InternalServerError.
 */
export function afterHostLoss(lost: TrainingJob, text: string): TrainingJob {
  const { process: _lost, ...job } = lost;
  if (job.stopReason !== undefined) return ended(job, undefined);
  if (isWaitingForMachine(job)) return job;
  if (job.request.EnableManagedSpotTraining === true) return advance(job, { to: "Interrupted", now: now() });
  if (hasRetry(job)) return retried(job);
  return failedByPlatform(job, text);
}

/** The job as a fault of the platform ends it that nothing makes good. */
export function failedByPlatform(job: TrainingJob, text: string): TrainingJob {
  return ended(job, failureReason({ kind: "InternalServerError", text }));
}

export function hasRetry(job: TrainingJob): boolean {
  return job.retries < (job.request.RetryStrategy?.MaximumRetryAttempts ?? 0);
}

/** The job as it waits for another machine after a fault of the platform. */
export function retried(job: TrainingJob): TrainingJob {
  return { ...advance(job, { to: "Restarting", now: now() }), retries: job.retries + 1 };
}

function withEndTime(job: TrainingJob): TrainingJob {
  return job.trainingStartTime === undefined ? job : { ...job, trainingEndTime: Math.max(now(), job.lastModifiedTime) };
}
