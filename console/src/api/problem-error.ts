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
