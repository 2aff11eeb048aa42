/** Sends requests, again where they may succeed later, and turns refusals into errors of the command. */
import { backoffSeconds, type CallResult, isPassing, problemOf, retryAfterSeconds } from "../../client/client";
import { RefusedRequest } from "./exit-codes";
import type { Terminal } from "./terminal";

/** How often a request is sent before the command gives up. */
const attempts = 4;

/** Waits. Ctrl-C ends it. */
export async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error("The waiting was ended."));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", end);
      resolve();
    }, seconds * 1000);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/**
 * Sends a request until it has a response that is final. A request that creates something must have an idempotency key,
 * because a lost response does not say whether it was carried out.
 *
 * @returns the response, which has succeeded
 * @throws RefusedRequest with the problem of the last response
 */
export async function request<Data>(
  { signal }: Pick<Terminal, "signal">,
  send: () => Promise<CallResult<Data>>,
): Promise<CallResult<Data>> {
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    const result = await send();
    if (result.response.ok) return result;
    const problem = problemOf(result);
    if (!isPassing(problem) || failures + 1 >= attempts) throw new RefusedRequest(problem);
    await pause(backoffSeconds(failures, retryAfterSeconds(result.response, Date.now())), signal);
  }
}

/** Sends a request as {@link request} does, and returns the body of its response. */
export async function load<Data>(
  terminal: Pick<Terminal, "signal">,
  send: () => Promise<CallResult<Data>>,
): Promise<Data> {
  const result = await request(terminal, send);
  if (result.data === undefined) throw new RefusedRequest(problemOf(result));
  return result.data;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total?: number;
  readonly nextCursor?: string | undefined;
}

/** The most items that the API has on a page. */
const longestPage = 100;

/** Returns the first items of a list, of as many pages as it takes. */
export async function loadList<Item>(
  terminal: Pick<Terminal, "signal">,
  limit: number,
  send: (query: { limit: number; cursor?: string }) => Promise<CallResult<Page<Item>>>,
): Promise<{ readonly items: readonly Item[]; readonly total: number }> {
  const items: Item[] = [];
  let cursor: string | undefined;
  let total: number;
  do {
    const query = { limit: Math.min(longestPage, limit - items.length), ...(cursor === undefined ? {} : { cursor }) };
    const page = await load(terminal, async () => await send(query));
    items.push(...page.items);
    cursor = page.nextCursor;
    total = page.total ?? items.length;
  } while (cursor !== undefined && items.length < limit);
  return { items, total };
}
