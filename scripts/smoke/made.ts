/** What a run has made, and the deletion of it. Everything has the run's name, by which it is found again. */
import type { ApiClient, TrainingJob } from "../../client/client";
import { type Clock, RequestRefused, respond, send, type SendParams } from "./requests";

/** The beginning of the name of everything that any run makes. */
export const smokePrefix = "OpenComposer smoke ";

/**
 * The kinds of what a run makes, in the order in which it is deleted: a model comes of a training job's end, and
 * compositions use models and tracks.
 */
export const madeKinds = ["training job", "model", "composition", "track"] as const;
export type MadeKind = (typeof madeKinds)[number];

/** Something that a run has made. */
export interface Made {
  readonly kind: MadeKind;
  readonly id: string;
  readonly name: string;
}

/** What could not be deleted, and why. */
export interface Left extends Made {
  readonly reason: string;
}

const keyOf = ({ kind, id }: Made): string => `${kind} ${id}`;

/**
 * Returns what is to be deleted, each thing once, in the order of {@link madeKinds}; of one kind the latest first, because
 * a job cannot be deleted while another one goes on from it. Ids begin with the time.
 *
 * @param known what the run was told that it has made
 * @param found what the API lists. Only what has a name of the run is of the run.
 * @param name the beginning of the run's names
 */
export function planDeletion(params: {
  readonly known: readonly Made[];
  readonly found: readonly Made[];
  readonly name: string;
}): readonly Made[] {
  const { known, found, name } = params;
  const things = new Map<string, Made>();
  for (const made of [...found.filter((thing) => thing.name.startsWith(name)), ...known]) {
    things.set(keyOf(made), made);
  }
  const all = [...things.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
  return madeKinds.flatMap((kind) => all.filter((made) => made.kind === kind));
}

export interface DeletionParams {
  readonly api: ApiClient;
  /** The beginning of the names of what is deleted. */
  readonly name: string;
  /** What the run was told that it has made. */
  readonly known: readonly Made[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Seconds for the stop of trainings, and for the deletion of each thing. */
  readonly patienceSeconds: number;
  /** Gets each training job that the deletion found at its end. */
  readonly onEnd?: (job: TrainingJob) => void;
}

const finalStates: readonly string[] = ["READY", "FAILED", "STOPPED"];
const pageSize = 100;
const pollSeconds = 3;

interface Page {
  readonly items: readonly { readonly id: string; readonly name: string }[];
  readonly nextCursor?: string | undefined;
}

/** Returns everything of the user whose name begins as asked. */
export async function findMade(
  params: Pick<DeletionParams, "api" | "name" | "clock" | "signal">,
): Promise<readonly Made[]> {
  const { api, name, ...sending } = params;
  const lists: Readonly<Record<MadeKind, (query: { limit: number; cursor?: string }) => Promise<Page>>> = {
    "training job": async (query) =>
      await send(
        "GET /training-jobs",
        async (signal) => await api.GET("/training-jobs", { params: { query }, signal }),
        sending,
      ),
    model: async (query) =>
      await send("GET /models", async (signal) => await api.GET("/models", { params: { query }, signal }), sending),
    composition: async (query) =>
      await send(
        "GET /compositions",
        async (signal) => await api.GET("/compositions", { params: { query }, signal }),
        sending,
      ),
    track: async (query) =>
      await send("GET /tracks", async (signal) => await api.GET("/tracks", { params: { query }, signal }), sending),
  };
  const found: Made[] = [];
  for (const kind of madeKinds) {
    let cursor: string | undefined;
    do {
      const page = await lists[kind]({ limit: pageSize, ...(cursor === undefined ? {} : { cursor }) });
      for (const item of page.items) {
        if (item.name.startsWith(name)) found.push({ kind, id: item.id, name: item.name });
      }
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }
  return found;
}

/**
 * Deletes what a run has made: first the trainings are stopped, then everything that has the run's name is deleted, also
 * what the run was not told of, because its response was lost.
 *
 * @returns what was deleted, and what is left
 * @throws RequestRefused if the API does not list what is there
 */
export async function deleteMade(
  params: DeletionParams,
): Promise<{ readonly deleted: readonly Made[]; readonly left: readonly Left[] }> {
  const { known, name } = params;
  const before = planDeletion({ known, found: await findMade(params), name });
  for (const { kind, id } of before) if (kind === "training job") await endTraining(id, params);
  const plan = planDeletion({ known, found: await findMade(params), name });
  const deleted: Made[] = [];
  const left: Left[] = [];
  for (const made of plan) {
    const reason = await deleteOne(made, params);
    if (reason === undefined) deleted.push(made);
    else left.push({ ...made, reason });
  }
  return { deleted, left };
}

/** Stops a training job and waits for its end. What it cannot do shows when the job is deleted. */
async function endTraining(trainingJobId: string, params: DeletionParams): Promise<void> {
  const { api, clock, signal, patienceSeconds, onEnd } = params;
  const sending: SendParams = { clock, signal };
  const path = { trainingJobId };
  const end = clock.now() + patienceSeconds * 1000;
  try {
    for (let stopped = false; clock.now() < end;) {
      const job = await send(
        "GET /training-jobs/{id}",
        async (late) => await api.GET("/training-jobs/{trainingJobId}", { params: { path }, signal: late }),
        sending,
      );
      if (finalStates.includes(job.state)) {
        onEnd?.(job);
        return;
      }
      if (!stopped) {
        await respond(
          "POST /training-jobs/{id}/stop",
          async (late) => await api.POST("/training-jobs/{trainingJobId}/stop", { params: { path }, signal: late }),
          sending,
        );
        stopped = true;
      }
      await clock.sleep(pollSeconds * 1000, signal);
    }
  } catch (error) {
    // The job may have ended meanwhile, or may be gone.
    if (!(error instanceof RequestRefused)) throw error;
  }
}

/** Deletes one thing. @returns why it is still there; undefined if it is gone */
async function deleteOne({ kind, id }: Made, params: DeletionParams): Promise<string | undefined> {
  const { api, clock, signal, patienceSeconds } = params;
  const calls = {
    "training job": async (late: AbortSignal) =>
      await api.DELETE("/training-jobs/{trainingJobId}", { params: { path: { trainingJobId: id } }, signal: late }),
    model: async (late: AbortSignal) =>
      await api.DELETE("/models/{modelId}", { params: { path: { modelId: id } }, signal: late }),
    composition: async (late: AbortSignal) =>
      await api.DELETE("/compositions/{compositionId}", { params: { path: { compositionId: id } }, signal: late }),
    track: async (late: AbortSignal) =>
      await api.DELETE("/tracks/{trackId}", { params: { path: { trackId: id } }, signal: late }),
  };
  const end = clock.now() + patienceSeconds * 1000;
  for (;;) {
    try {
      await respond(`DELETE ${kind} ${id}`, calls[kind], { clock, signal });
      return undefined;
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error;
      const { status } = error.problem;
      if (status === 404) return undefined;
      // 409: somebody still works on it or with it.
      if (status !== 409 || clock.now() >= end) return error.message;
    }
    await clock.sleep(pollSeconds * 1000, signal);
  }
}
