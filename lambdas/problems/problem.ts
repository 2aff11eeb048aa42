/** Refusals of the API: RFC 9457 problem details with a stable `code`. */
import type { FieldError } from "../../domain/schemas/api/problem";
import { type ProblemCode, problemCodes } from "../../domain/schemas/api/problem-codes";
import { beginningOf, readableText } from "../../domain/schemas/text";
import type { Headers } from "../http/response";

export interface ProblemOptions {
  readonly detail: string;
  /** Every broken field, where the fault lies in fields. */
  readonly errors?: readonly FieldError[];
  readonly retryAfterSeconds?: number;
  /** Besides those that every problem has. */
  readonly headers?: Headers;
  /** The fault of ours behind the refusal: it is logged as an error, and not answered. */
  readonly cause?: Error;
}

/**
 * More would only make the response long: a body of 1 MiB can have 100,000 broken fields, and Lambda carries no
 * response over 6 MB.
 */
export const maxErrors = 100;

/**
 * Thrown by operations for every outcome that the API answers with a problem; `withHttp` turns it into the response.
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly title: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Headers;

  constructor(
    readonly code: ProblemCode,
    { detail, errors, retryAfterSeconds, headers = {}, cause }: ProblemOptions,
  ) {
    const more = errors !== undefined && errors.length > maxErrors ? ` The first ${maxErrors} are listed.` : "";
    super(
      // A sentence may repeat what was sent, which must not make it read differently.
      readableText(`${detail}${more}`),
      ...(cause === undefined ? [] : [{ cause }]),
    );
    this.status = problemCodes[code].status;
    this.title = problemCodes[code].title;
    this.errors = errors?.slice(0, maxErrors);
    this.retryAfterSeconds = retryAfterSeconds;
    this.headers = headers;
  }
}

/** Two refusals of one request as one: it has the code of the first, and lists the broken fields of both. */
export function joinedProblem(first: Problem, second: Problem): Problem {
  return new Problem(first.code, {
    detail: `${first.message} ${second.message}`,
    errors: [...(first.errors ?? []), ...(second.errors ?? [])],
  });
}

/** Someone else's item and one that never was get the same response: nothing can be learned from it. */
export function notFound(what: string, id: string): Problem {
  return new Problem("NOT_FOUND", { detail: `There is no ${what} ${beginningOf(id, 64)}.` });
}

/** Something unfinished still needs it. */
export function inUse(what: string, users: readonly { readonly id: string; readonly state: string }[]): Problem {
  const named = users.slice(0, 5).map(({ id, state }) => `${id} (${state})`);
  const more = users.length > named.length ? " and more" : "";
  const detail = `The ${what} is in use by ${named.join(", ")}${more}. Delete it when they have ended.`;
  return new Problem("IN_USE", { detail, retryAfterSeconds: 5 });
}
