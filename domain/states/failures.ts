/** The failures that owners are told when the service itself failed. Each text stands here once. */
import type { Failure } from "../schemas/failure";

/**
 * The failure of a training workflow that ended with an unexpected error. {@link withAdvice} adds what the owner can
 * do.
 */
export const workflowFailed: Failure = {
  code: "WORKFLOW_FAILED",
  message: "The training could not be carried out, because the service failed.",
  retryable: true,
};

export const workflowTimedOut: Failure = {
  code: "WORKFLOW_TIMED_OUT",
  message: "The training took longer than the service allows.",
  retryable: true,
};

export const workflowAborted: Failure = {
  code: "WORKFLOW_ABORTED",
  message: "An operator ended the training.",
  retryable: true,
};

/** The failure of a job or a composition that could not even be repaired. */
export const workNotEnded: Failure = {
  code: "WORKFLOW_FAILED",
  message: "The work could not be finished, because the service failed. Try again.",
  retryable: true,
};

export const compositionAbandoned: Failure = {
  code: "COMPOSITION_ABANDONED",
  message: "The composition could not be made, because the service failed. Try again.",
  retryable: true,
};

/** The failure of a version of a data set that could not be frozen in an hour. */
export const versionNotFrozen: Failure = {
  code: "FREEZING_ABANDONED",
  message: "The version could not be made, because the service failed. Ask for it again.",
  retryable: true,
};

/** Returns the failure with what the owner of the job can do next, which depends on whether there is a checkpoint. */
export function withAdvice(failure: Failure, { resumable }: { readonly resumable: boolean }): Failure {
  const advice = resumable ? "What was trained so far may be resumed." : "Make a new job.";
  return { ...failure, message: `${failure.message} ${advice}` };
}
