import { type CallResult, problemOf, retryAfterSeconds } from "../../../client/client";
import { ProblemError } from "./problem-error";

/** A resource as the API has given it. */
export interface Fetched<Data> {
  readonly value: Data;
  /** The version for `If-Match`. */
  readonly etag: string | undefined;
  /** The wait before the next look. What does not change any more has none. */
  readonly retryAfterSeconds: number | undefined;
}

/** @throws ProblemError when the call has given no data */
export async function fetched<Data>(call: Promise<CallResult<Data>>): Promise<Fetched<Data>> {
  const result = await call;
  const { data, response } = result;
  const wait = retryAfterSeconds(response, Date.now());
  if (data === undefined) throw new ProblemError(problemOf(result), wait);
  return { value: data, etag: response.headers.get("etag") ?? undefined, retryAfterSeconds: wait };
}

/** @throws ProblemError when the call was refused or got no answer */
export async function succeeded(call: Promise<CallResult<unknown>>): Promise<void> {
  const result = await call;
  if (result.response.ok) return;
  throw new ProblemError(problemOf(result), retryAfterSeconds(result.response, Date.now()));
}
