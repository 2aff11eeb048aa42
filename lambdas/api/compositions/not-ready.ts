import { pollAfterSeconds } from "../../compositions/poll-interval";
import { Problem } from "../../problems/problem";
import type { CompositionItem } from "../../stores/items";

/**
 * Returns the problem of a composition that has no result yet. If it failed, the problem says why, because waiting does
 * not help.
 */
export function notReady(item: CompositionItem, now: Date): Problem {
  const wait = pollAfterSeconds(item, now);
  const why = item.failure === undefined ? "" : `: ${item.failure.message}`;
  return new Problem("NOT_READY", {
    detail: `The composition is ${item.state}${why}`,
    errors: [{ pointer: "/state", reason: "is not COMPLETED", value: item.state, allowed: "COMPLETED" }],
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}
