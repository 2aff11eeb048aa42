/** Changes of a resource that others may change, too: with `If-Match`, and once more on top of what they made. */
import type { Fetched } from "./fetched";
import { ProblemError } from "./problem-error";

export interface ChangeParams<Data> {
  /** The version that the user has seen, if one was read. */
  readonly etag: string | undefined;
  readonly read: () => Promise<Fetched<Data>>;
  readonly send: (etag: string | undefined) => Promise<Fetched<Data>>;
}

/**
 * Sends a change. If the resource has changed since it was read, it is read again and the change is put on top, once.
 * @throws ProblemError
 */
export async function changeOnTop<Data>({ etag, read, send }: ChangeParams<Data>): Promise<Fetched<Data>> {
  try {
    return await send(etag ?? (await read()).etag);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "VERSION_MISMATCH") throw error;
    return await send((await read()).etag);
  }
}
