/** Says why a request is refused, by a stable `code`, a sentence, and every broken field. */
import type { FieldError, ResourceUser } from "../../domain/schemas/api/problem";
import type { ProblemCode } from "../../domain/schemas/api/problem-codes";
import { beginningOf, readableText } from "../../domain/schemas/text";
import type { OpenWorkKind } from "../../naming/table-keys";

export interface ProblemOptions {
  /** A sentence for the caller. */
  readonly detail: string;
  /** Every broken field, if the problem is about fields. */
  readonly errors?: readonly FieldError[];
  /** What needs the resource, if it is in use. */
  readonly usedBy?: readonly ResourceUser[];
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
  readonly usedBy: readonly ResourceUser[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: ProblemCode,
    { detail, errors, usedBy, retryAfterSeconds, cause }: ProblemOptions,
  ) {
    const more = errors !== undefined && errors.length > maxErrors ? ` The first ${maxErrors} are listed.` : "";
    super(
      // A sentence may repeat what was sent, which must not make it read differently.
      readableText(`${detail}${more}`),
      ...(cause === undefined ? [] : [{ cause }]),
    );
    this.errors = errors?.slice(0, maxErrors);
    this.usedBy = usedBy;
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

/** Unfinished work, as a problem names it. */
export interface OpenUser {
  readonly kind: OpenWorkKind;
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

const userTypes: Readonly<Record<OpenWorkKind, ResourceUser["type"]>> = {
  COMPOSITION: "composition",
  TRAINING_JOB: "training-job",
};

/** The number of those that a problem's sentence names. */
const maxNamedUsers = 5;

/** Returns the problem of a deletion of something that unfinished work still needs. */
export function inUse(what: string, users: readonly OpenUser[]): Problem {
  const named = users.slice(0, maxNamedUsers).map(({ id, state }) => `${id} (${state})`);
  const more = users.length > named.length ? ` and ${users.length - named.length} more` : "";
  return new Problem("IN_USE", {
    detail: `The ${what} is in use by ${named.join(", ")}${more}. Delete it when they have ended.`,
    usedBy: users.map(({ kind, id, name }) => ({ type: userTypes[kind], id, name })),
    retryAfterSeconds: 5,
  });
}
