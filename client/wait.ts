/**
 * Waits for a composition, a training job or the files of a data set. It asks no more often than the API says (`Retry-After`), fetches nothing
 * that has not changed (`If-None-Match`), goes on through overload and broken connections, and ends by itself.
 */
import type { Client } from "openapi-fetch";
import type { Problem } from "./problem.ts";
import {
  backoffSeconds,
  type CallResult,
  type Clock,
  isPassing,
  problemOf,
  retryAfterSeconds,
  systemClock,
  withJitter,
} from "./retry.ts";
import type { components, paths } from "./schema.d.ts";

export type Composition = components["schemas"]["Composition"];
export type TrainingJob = components["schemas"]["TrainingJob"];
export type Dataset = components["schemas"]["Dataset"];

export interface WaitParams<Resource> {
  /** Seconds after which the waiting ends, whatever the state. */
  readonly deadlineSeconds: number;
  /** Ends the waiting at once: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Receives each new version of the resource, the last one included. */
  readonly onChange?: (resource: Resource) => void;
  /** Ends the waiting, with the outcome `reached`, at the first version for which it returns true. */
  readonly until?: (resource: Resource) => boolean;
  /** A clock that tests replace. */
  readonly clock?: Clock;
}

export type WaitOutcome<Resource> =
  /** The resource has ended, well or not; its `state` says which. */
  | { readonly outcome: "final"; readonly resource: Resource }
  /** The resource has not ended, and is as `until` asks for. */
  | { readonly outcome: "reached"; readonly resource: Resource; readonly problem?: undefined }
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

async function waitFor<Resource extends { readonly state: string }>(
  ask: (etag: string | undefined, signal: AbortSignal) => Promise<CallResult<Resource>>,
  { deadlineSeconds, signal, onChange, until, clock = systemClock }: WaitParams<Resource>,
): Promise<WaitOutcome<Resource>> {
  const end = clock.now() + deadlineSeconds * 1000;
  let resource: Resource | undefined;
  let etag: string | undefined;
  let failures = 0;
  for (;;) {
    signal?.throwIfAborted();
    // The deadline also ends a request that hangs.
    const late = AbortSignal.timeout(Math.min(Math.max(1, Math.ceil(end - clock.now())), 2 ** 31 - 1));
    let fetched: CallResult<Resource>;
    try {
      fetched = await ask(etag, signal === undefined ? late : AbortSignal.any([signal, late]));
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted) return { outcome: "deadline", resource, problem: undefined };
      throw error;
    }
    const { data, response } = fetched;
    const retryAfter = retryAfterSeconds(response, clock.now());
    let problem: Problem | undefined;
    let seconds: number;
    if (data !== undefined) {
      resource = data;
      etag = response.headers.get("etag") ?? undefined;
      onChange?.(data);
      if (finalStates.includes(data.state)) return { outcome: "final", resource: data };
      if (until?.(data) === true) return { outcome: "reached", resource: data };
    }
    if (data !== undefined || response.status === 304) {
      failures = 0;
      seconds = retryAfter ?? usualSeconds;
    } else {
      problem = problemOf(fetched);
      if (!isPassing(problem)) return { outcome: "refused", problem, resource };
      seconds = backoffSeconds(failures, retryAfter);
      failures += 1;
    }
    const wait = withJitter(seconds, clock);
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
  api: Pick<Client<paths>, "GET">,
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
  api: Pick<Client<paths>, "GET">,
  trainingJobId: string,
  params: WaitParams<TrainingJob>,
): Promise<WaitOutcome<TrainingJob>> {
  return await waitFor(async (etag, signal) => {
    const header = etag === undefined ? {} : { "If-None-Match": etag };
    return await api.GET("/training-jobs/{trainingJobId}", { params: { path: { trainingJobId }, header }, signal });
  }, params);
}

/**
 * Waits until all files and the archive that were offered to a data set have been read or refused: then the outcome is
 * `reached`. What was offered and not sent is pending, so it is waited for, too.
 */
export async function waitForDataset(
  api: Pick<Client<paths>, "GET">,
  datasetId: string,
  params: WaitParams<Dataset>,
): Promise<WaitOutcome<Dataset>> {
  return await waitFor(
    async (etag, signal) => {
      const header = etag === undefined ? {} : { "If-None-Match": etag };
      return await api.GET("/datasets/{datasetId}", { params: { path: { datasetId }, header }, signal });
    },
    {
      until: ({ files, archive }) =>
        files.pending === 0 && archive?.state !== "pending" && archive?.state !== "reading",
      ...params,
    },
  );
}
