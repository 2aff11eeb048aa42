/** Sends the requests of a run: patient with what passes by itself, and clear about what does not. */
import { asProblem, type Problem } from "../../client/client";

/** Time, as the run sees it. Tests give another one. */
export interface Clock {
  /** Returns the time in milliseconds. */
  readonly now: () => number;
  /** @throws the signal's reason when it is aborted */
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Returns a random number from 0 to 1. */
  readonly random: () => number;
}

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

interface Fetched<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** Sends one request. `signal` ends a try of it. */
export type Call<Data> = (signal: AbortSignal) => Promise<Fetched<Data>>;

export interface SendParams {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Seconds for which a request that fails for a passing reason is tried again. @default 60 */
  readonly patienceSeconds?: number;
}

const usualPatienceSeconds = 60;
/** Seconds after which one try of a request counts as unanswered. API Gateway itself gives up after 30. */
const trySeconds = 40;
const maxPauseSeconds = 10;

/** A quota does not pass by itself, though its status is 429. */
const isPassing = ({ status, code }: Problem): boolean =>
  code !== "USER_QUOTA_REACHED" && (status === 429 || status >= 500);

function problemOf({ error, response }: Fetched<unknown>): Problem {
  return (
    asProblem(error) ?? {
      type: "about:blank",
      title: "No body",
      status: response.status,
      detail: "The response has no body.",
      instance: "",
      code: "UNEXPECTED_RESPONSE",
      requestId: response.headers.get("x-request-id") ?? "unknown",
    }
  );
}

const unanswered: Problem = {
  type: "about:blank",
  title: "No response",
  status: 503,
  detail: `No response came within ${trySeconds} s.`,
  instance: "",
  code: "NETWORK_FAILURE",
  requestId: "unknown",
};

/**
 * Returns the successful response of a request. 429, 5xx and broken connections are tried again, as `Retry-After` says.
 *
 * @param request method and path, for the error
 * @throws RequestRefused if the API refuses the request, or the patience is over
 */
export async function respond<Data>(request: string, call: Call<Data>, params: SendParams): Promise<Fetched<Data>> {
  const { signal, clock, patienceSeconds = usualPatienceSeconds } = params;
  const end = clock.now() + patienceSeconds * 1000;
  for (let pause = 1; ; pause = Math.min(2 * pause, maxPauseSeconds)) {
    signal.throwIfAborted();
    const late = AbortSignal.timeout(trySeconds * 1000);
    let problem: Problem;
    let retryAfter = 0;
    try {
      const fetched = await call(AbortSignal.any([signal, late]));
      if (fetched.response.ok) return fetched;
      problem = problemOf(fetched);
      retryAfter = Number(fetched.response.headers.get("retry-after") ?? 0);
    } catch (error) {
      signal.throwIfAborted();
      if (!late.aborted) throw error;
      problem = unanswered;
    }
    const seconds = Math.max(pause, Number.isFinite(retryAfter) ? retryAfter : 0);
    if (!isPassing(problem) || clock.now() + seconds * 1000 > end) throw new RequestRefused(request, problem);
    await clock.sleep(seconds * 1000, signal);
  }
}

/**
 * Returns the body of the successful response of a request.
 *
 * @throws RequestRefused if the API refuses the request, if the patience is over, or if the response has no body
 */
export async function send<Data>(request: string, call: Call<Data>, params: SendParams): Promise<Data> {
  const fetched = await respond(request, call, params);
  if (fetched.data === undefined) throw new RequestRefused(request, problemOf(fetched));
  return fetched.data;
}
