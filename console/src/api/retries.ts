/** When a request is sent again, and when a resource that changes is looked at again. */
import { backoffSeconds, isPassing, withJitter } from "../../../client/client";
import { ProblemError } from "./problem-error";

const mostRetries = 2;

/** Returns true if the same request may succeed later. */
export const mayRetry = (failures: number, error: Error): boolean =>
  failures < mostRetries && error instanceof ProblemError && isPassing(error.problem);

const askedFor = (error: unknown): number => (error instanceof ProblemError ? (error.retryAfterSeconds ?? 0) : 0);

/** Milliseconds before a failed request is sent again. */
export const retryDelay = (failures: number, error: Error): number =>
  withJitter(backoffSeconds(failures, askedFor(error)), Math);

/** What a look at a resource has left: the wait that the API asked for, and the failure, if it was one. */
export interface LastLook {
  readonly retryAfterSeconds?: number | undefined;
  readonly error: unknown;
  /** How many looks have failed in a row. */
  readonly failures: number;
}

/**
 * Returns the milliseconds until the next look, or false where there is none: what is final has no `Retry-After`, and a
 * refusal stays one.
 */
export function nextLook({ retryAfterSeconds, error, failures }: LastLook): number | false {
  if (error instanceof ProblemError) {
    if (!isPassing(error.problem)) return false;
    return withJitter(backoffSeconds(failures, Math.max(askedFor(error), retryAfterSeconds ?? 0)), Math);
  }
  return retryAfterSeconds === undefined ? false : retryAfterSeconds * 1000;
}
