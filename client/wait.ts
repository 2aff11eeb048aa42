/**
 * Waits for a composition or a training job. It asks no more often than the API says (`Retry-After`), fetches nothing
 * that has not changed (`If-None-Match`), goes on through overload and broken connections, and ends by itself.
 */
import type { Client } from "openapi-fetch";
import { asProblem, type Problem } from "./problem.ts";
import type { components, paths } from "./schema.d.ts";

export type Composition = components["schemas"]["Composition"];
export type TrainingJob = components["schemas"]["TrainingJob"];

export interface WaitParams<Resource> {
  /** Seconds after which the waiting ends, whatever the state. */
  readonly deadlineSeconds: number;
  /** Ends the waiting at once: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Receives each new version of the resource, the last one included. */
  readonly onChange?: (resource: Resource) => void;
  /** A clock that tests replace. */
  readonly clock?: WaitClock;
}

export interface WaitClock {
  /** Returns the time in milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Returns a random number from 0 to 1. */
  readonly random: () => number;
}

export type WaitOutcome<Resource> =
  /** The resource has ended, well or not; its `state` says which. */
  | { readonly outcome: "final"; readonly resource: Resource }
  /** The API refused a request for a reason that does not pass: for example, the resource or a valid token is missing. */
  | { readonly outcome: "refused"; readonly problem: Problem; readonly resource: Resource | undefined }
  /** The deadline has passed. `problem` is the last failure, if the last response was one. */
  | {
      readonly outcome: "deadline";
      readonly resource: Resource | undefined;
      readonly problem: Problem | undefined;
    };

const finalStates: readonly string[] = ["COMPLETED", "FAILED", "READY", "STOPPED"];
/** Seconds between two requests if the response has no `Retry-After`. */
const usualSeconds = 3;
/** Seconds to wait after the first failure in a row. Each further failure doubles them, up to the maximum. */
const firstBackoffSeconds = 1;
const maxBackoffSeconds = 30;
/** Waits are lengthened by up to this share, so that clients that began together do not ask together. */
const jitter = 0.25;

const systemClock: WaitClock = {
  now: Date.now,
  sleep: async (milliseconds, signal) => {
    await new Promise<void>((resolve, reject) => {
      const ended = (): void => {
        clearTimeout(timer);
        reject(signal?.reason instanceof Error ? signal.reason : new Error("The waiting was aborted."));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", ended);
        resolve();
      }, milliseconds);
      signal?.addEventListener("abort", ended, { once: true });
    });
  },
  random: Math.random,
};

/** Returns the seconds of a Retry-After header, which may also be a date (RFC 9110, 10.2.3). */
function retryAfterSeconds(response: Response, now: number): number | undefined {
  const header = response.headers.get("retry-after");
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** Returns true if it is worth asking again later. Other statuses do not change by themselves. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

interface FetchResult<Resource> {
  readonly data?: Resource;
  readonly error?: unknown;
  readonly response: Response;
}

async function waitFor<Resource extends { readonly state: string }>(
  ask: (etag: string | undefined, signal: AbortSignal) => Promise<FetchResult<Resource>>,
  { deadlineSeconds, signal, onChange, clock = systemClock }: WaitParams<Resource>,
): Promise<WaitOutcome<Resource>> {
  const end = clock.now() + deadlineSeconds * 1000;
  let resource: Resource | undefined;
  let etag: string | undefined;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    // The deadline also ends a request that hangs.
    const late = AbortSignal.timeout(Math.min(Math.max(1, Math.ceil(end - clock.now())), 2 ** 31 - 1));
    let fetched: FetchResult<Resource>;
    try {
      fetched = await ask(etag, signal === undefined ? late : AbortSignal.any([signal, late]));
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted) return { outcome: "deadline", resource, problem: undefined };
      throw error;
    }
    const { data, error, response } = fetched;
    const retryAfter = retryAfterSeconds(response, clock.now());
    let problem: Problem | undefined;
    let seconds: number;
    if (data !== undefined) {
      resource = data;
      etag = response.headers.get("etag") ?? undefined;
      onChange?.(data);
      if (finalStates.includes(data.state)) return { outcome: "final", resource: data };
    }
    if (data !== undefined || response.status === 304) {
      failures = 0;
      seconds = retryAfter ?? usualSeconds;
    } else {
      problem = asProblem(error);
      if (problem === undefined || !isPassing(response.status)) {
        problem ??= {
          type: "about:blank",
          title: "No body",
          status: response.status,
          detail: `The response has status ${response.status} and no body.`,
          instance: "",
          code: "UNEXPECTED_RESPONSE",
          requestId: response.headers.get("x-request-id") ?? "unknown",
        };
        return { outcome: "refused", problem, resource };
      }
      seconds = Math.max(retryAfter ?? 0, Math.min(maxBackoffSeconds, firstBackoffSeconds * 2 ** failures));
      failures += 1;
    }
    const wait = seconds * 1000 * (1 + jitter * clock.random());
    const left = end - clock.now();
    if (wait >= left) {
      await clock.sleep(Math.max(0, left), signal);
      return { outcome: "deadline", resource, problem };
    }
    await clock.sleep(wait, signal);
  }
}

/** Waits until a composition is COMPLETED or FAILED. */
export async function waitForComposition(
  api: Client<paths>,
  compositionId: string,
  params: WaitParams<Composition>,
): Promise<WaitOutcome<Composition>> {
  return await waitFor(async (etag, signal) => {
    const header = etag === undefined ? {} : { "If-None-Match": etag };
    return await api.GET("/compositions/{compositionId}", { params: { path: { compositionId }, header }, signal });
  }, params);
}

/** Waits until a training job is READY, FAILED or STOPPED. */
export async function waitForTrainingJob(
  api: Client<paths>,
  trainingJobId: string,
  params: WaitParams<TrainingJob>,
): Promise<WaitOutcome<TrainingJob>> {
  return await waitFor(async (etag, signal) => {
    const header = etag === undefined ? {} : { "If-None-Match": etag };
    return await api.GET("/training-jobs/{trainingJobId}", { params: { path: { trainingJobId }, header }, signal });
  }, params);
}
