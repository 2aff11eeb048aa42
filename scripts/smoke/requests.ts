/** Sends the requests of a run. A request that fails for a passing reason is sent again, as the typed client waits. */
import type { Problem } from "../../client/client";
import { clientCodes } from "../../client/problem";
import {
  backoffSeconds,
  type CallResult,
  type Clock,
  isPassing,
  problemOf,
  retryAfterSeconds,
} from "../../client/retry";

/** The error for a request that the API refused, or that got no response within its patience. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";

  constructor(
    /** Method and path, as `POST /compositions`. */
    readonly request: string,
    readonly problem: Problem,
  ) {
    const { status, code, detail, requestId } = problem;
    super(`${request}: ${status} ${code}: ${detail}${requestId === "unknown" ? "" : ` (request ${requestId})`}`);
  }
}

/** Sends one request. `signal` ends a try of it. */
export type Call<Data> = (signal: AbortSignal) => Promise<CallResult<Data>>;

export interface SendParams {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Seconds for which a request that fails for a passing reason is tried again. @default 60 */
  readonly patienceSeconds?: number;
}

const usualPatienceSeconds = 60;
/** Seconds after which one try of a request counts as unanswered. API Gateway itself gives up after 30. */
const trySeconds = 40;

const unanswered: Problem = {
  type: "about:blank",
  title: "No response",
  status: 503,
  detail: `No response came within ${trySeconds} s.`,
  instance: "",
  code: clientCodes.networkFailure,
  requestId: "unknown",
};

/**
 * Returns the successful response of a request. 429, 5xx and broken connections are tried again, as `Retry-After` says.
 *
 * @param request method and path, for the error
 * @throws RequestRefused if the API refuses the request, or the patience is over
 */
export async function respond<Data>(request: string, call: Call<Data>, params: SendParams): Promise<CallResult<Data>> {
  const { signal, clock, patienceSeconds = usualPatienceSeconds } = params;
  const end = clock.now() + patienceSeconds * 1000;
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    const late = AbortSignal.timeout(trySeconds * 1000);
    let problem: Problem;
    let retryAfter: number | undefined;
    try {
      const result = await call(AbortSignal.any([signal, late]));
      if (result.response.ok) return result;
      problem = problemOf(result);
      retryAfter = retryAfterSeconds(result.response, clock.now());
    } catch (error) {
      signal.throwIfAborted();
      if (!late.aborted) throw error;
      problem = unanswered;
    }
    const pause = backoffSeconds(failures, retryAfter) * 1000;
    if (!isPassing(problem) || clock.now() + pause > end) throw new RequestRefused(request, problem);
    await clock.sleep(pause, signal);
  }
}

/**
 * Returns the body of the successful response of a request.
 *
 * @throws RequestRefused if the API refuses the request, if the patience is over, or if the response has no body
 */
export async function send<Data>(request: string, call: Call<Data>, params: SendParams): Promise<Data> {
  const result = await respond(request, call, params);
  if (result.data === undefined) throw new RequestRefused(request, problemOf(result));
  return result.data;
}

/** The query of one page of a list. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string | undefined;
}

const pageSize = 100;

/**
 * Returns the items of all pages of a list.
 *
 * @throws RequestRefused as {@link send}
 */
export async function sendPages<Item>(
  request: string,
  call: (query: PageQuery, signal: AbortSignal) => Promise<CallResult<Page<Item>>>,
  params: SendParams,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const page: Page<Item> = await send(request, async (signal) => await call(query, signal), params);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}
