import type { Problem } from "../../../client/client";

/** A call of the API that has given no data. Queries and mutations throw it. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly problem: Problem,
    /** What the response asks to wait before the next request. */
    readonly retryAfterSeconds?: number,
  ) {
    super(`${problem.title}: ${problem.detail}`);
  }
}

/** Returns what a problem says, with the reason of its first error: a notice has no place for all of them. */
export function problemWords({ detail, errors }: Pick<Problem, "detail" | "errors">): string {
  const first = errors?.[0];
  return first === undefined ? detail : `${detail} ${first.pointer}: ${first.reason}; allowed: ${first.allowed}.`;
}
