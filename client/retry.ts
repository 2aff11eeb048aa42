/** Which failures pass by themselves, and how long to wait before the next request. */
import { asProblem, clientCodes, type Problem } from "./problem.ts";

/** Time, as waits and repeated requests see it. Tests replace it. */
export interface Clock {
  /** Returns the time in milliseconds since 1970. */
  readonly now: () => number;
  /** @throws the reason of the signal, as soon as it is aborted */
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Returns a random number from 0 to 1. */
  readonly random: () => number;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: async (milliseconds, signal) => {
    await new Promise<void>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        reject(signal?.reason instanceof Error ? signal.reason : new Error("The waiting was aborted."));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", end);
        resolve();
      }, milliseconds);
      // A signal that is aborted already sends no event any more.
      if (signal?.aborted === true) end();
      else signal?.addEventListener("abort", end, { once: true });
    });
  },
  random: Math.random,
};

/** What a call of the client returns. */
export interface CallResult<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** Returns the problem of a call that has given no data. A response that is none of the API's gets one, too. */
export function problemOf({ error, response }: CallResult<unknown>): Problem {
  return (
    asProblem(error) ?? {
      type: "about:blank",
      title: "No body",
      status: response.status,
      detail: `The response has status ${response.status} and no body.`,
      instance: "",
      code: clientCodes.unexpectedResponse,
      requestId: response.headers.get("x-request-id") ?? "unknown",
    }
  );
}

/**
 * Returns true if the same request may succeed later. A user's quota has the status 429, but it stays reached until the
 * user deletes something.
 */
export const isPassing = ({ status, code }: Problem): boolean =>
  code !== "USER_QUOTA_REACHED" && (status === 429 || status >= 500);

/** Returns the seconds of a Retry-After header, which may also be a date (RFC 9110, 10.2.3). */
export function retryAfterSeconds(response: Response, now: number): number | undefined {
  const header = response.headers.get("retry-after");
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** Seconds to wait after the first failure in a row. Each further failure doubles them, up to the maximum. */
const firstBackoffSeconds = 1;
const maxBackoffSeconds = 30;

/**
 * Returns the seconds to wait after a failure that passes: no fewer than the API asks for.
 * @param failures how many came before it in a row
 */
export const backoffSeconds = (failures: number, retryAfter = 0): number =>
  Math.max(retryAfter, Math.min(maxBackoffSeconds, firstBackoffSeconds * 2 ** failures));

/** Waits are lengthened by up to this share, so that clients that began together do not send requests together. */
const jitter = 0.25;

/** Returns a wait in milliseconds, lengthened by chance. */
export const withJitter = (seconds: number, { random }: Pick<Clock, "random">): number =>
  seconds * 1000 * (1 + jitter * random());
