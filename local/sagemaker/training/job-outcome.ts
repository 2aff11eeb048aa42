/** Decides what a training job becomes when it ends, or when its machine is lost. */
import { failureReason } from "./folder-contract";
import { now } from "./time-limits";
import { advance, isWaitingForMachine, stoppedAs, type TrainingJob } from "./training-job";

/**
 * Returns the job at its end. It is Stopped if its stop was accepted, whatever the container's exit status is (another
 * emulator has a race in which an exit code overrides Stopped, GH:floci-io/floci#1949). It is Failed if there is a
 * FailureReason; otherwise it is Completed.
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
 * Returns the job after this server, and with it the job's machine, was lost. A job that was being stopped is Stopped.
 * A job without a machine stays as it was. A spot job is Interrupted. Any other job is restarted while RetryStrategy
 * permits (it retries only this class of failure), and otherwise Failed with InternalServerError.
 */
export function afterHostLoss(lost: TrainingJob, text: string): TrainingJob {
  const { process: _lost, ...job } = lost;
  if (job.stopReason !== undefined) return ended(job, undefined);
  if (isWaitingForMachine(job)) return job;
  if (job.request.EnableManagedSpotTraining === true) return advance(job, { to: "Interrupted", now: now() });
  if (hasRetry(job)) return retried(job);
  return failedByPlatform(job, text);
}

/** Returns the job after a fault of the platform has ended it for good. */
export function failedByPlatform(job: TrainingJob, text: string): TrainingJob {
  return ended(job, failureReason({ kind: "InternalServerError", text }));
}

/** Returns true if the job's RetryStrategy allows one more attempt. */
export function hasRetry(job: TrainingJob): boolean {
  return job.retries < (job.request.RetryStrategy?.MaximumRetryAttempts ?? 0);
}

/** Returns the job after a fault of the platform: it waits for another machine. */
export function retried(job: TrainingJob): TrainingJob {
  return { ...advance(job, { to: "Restarting", now: now() }), retries: job.retries + 1 };
}

function withEndTime(job: TrainingJob): TrainingJob {
  return job.trainingStartTime === undefined ? job : { ...job, trainingEndTime: Math.max(now(), job.lastModifiedTime) };
}
