/** Says why a request is refused, by a stable `code`, a sentence, and every broken field. */
import type { FieldError } from "../../domain/schemas/api/problem";
import type { ProblemCode } from "../../domain/schemas/api/problem-codes";
import { beginningOf, readableText } from "../../domain/schemas/text";

export interface ProblemOptions {
  /** A sentence for the caller. */
  readonly detail: string;
  /** Every broken field, if the problem is about fields. */
  readonly errors?: readonly FieldError[];
  /** Seconds after which the same request may succeed; absent if waiting does not help. */
  readonly retryAfterSeconds?: number;
  /** A fault of ours that made the request impossible. It is logged as an error, and the caller does not see it. */
  readonly cause?: Error;
}

/**
 * The number of broken fields that a problem lists. A body of 1 MiB can have 100,000 of them, and Lambda carries no
 * response over 6 MB.
 */
export const maxErrors = 100;

/**
 * Thrown by use cases and operations when a request is refused. It knows nothing of HTTP: `problemResponse` in
 * lambdas/http gives it the status, the title and the headers that belong to its code.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ProblemCode,
    { detail, errors, retryAfterSeconds, cause }: ProblemOptions,
  ) {
    const more = errors !== undefined && errors.length > maxErrors ? ` The first ${maxErrors} are listed.` : "";
    super(
      // A sentence may repeat what was sent, which must not make it read differently.
      readableText(`${detail}${more}`),
      ...(cause === undefined ? [] : [{ cause }]),
    );
    this.errors = errors?.slice(0, maxErrors);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Joins two problems of one request: the result has the code of the first, and lists the broken fields of both. */
export function joinedProblem(first: Problem, second: Problem): Problem {
  return new Problem(first.code, {
    detail: `${first.message} ${second.message}`,
    errors: [...(first.errors ?? []), ...(second.errors ?? [])],
  });
}

/**
 * Returns the problem of a request for something that does not exist. Another user's item gets the same one, so that
 * nobody learns from it what others have.
 */
export function notFound(what: string, id: string): Problem {
  return new Problem("NOT_FOUND", { detail: `There is no ${what} ${beginningOf(id, 64)}.` });
}

/** Returns the problem of a deletion of something that unfinished work still needs. */
export function inUse(what: string, users: readonly { readonly id: string; readonly state: string }[]): Problem {
  const named = users.slice(0, 5).map(({ id, state }) => `${id} (${state})`);
  const more = users.length > named.length ? " and more" : "";
  const detail = `The ${what} is in use by ${named.join(", ")}${more}. Delete it when they have ended.`;
  return new Problem("IN_USE", { detail, retryAfterSeconds: 5 });
}
