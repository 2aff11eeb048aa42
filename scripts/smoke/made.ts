/** What a run has made: how it is found again by the run's name, and in which order it is deleted. */
import type { ApiClient } from "../../client/client";
import type { CallResult } from "../../client/retry";
import { type Page, type PageQuery, sendPages, type SendParams } from "./requests";

/** The beginning of the name of everything that any run makes. */
export const smokePrefix = "OpenComposer smoke ";

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The routes of a kind of thing that a run makes. */
interface KindRoutes {
  readonly kind: string;
  readonly list: (api: ApiClient, query: PageQuery, signal: AbortSignal) => Promise<CallResult<Page<Named>>>;
  readonly remove: (api: ApiClient, id: string, signal: AbortSignal) => Promise<CallResult<unknown>>;
}

/**
 * The kinds of what a run makes, in the order in which it is deleted: a model comes of a training job's end, and
 * compositions use models and tracks.
 */
export const kindsOfMade = [
  {
    kind: "training job",
    list: async (api, query, signal) => await api.GET("/training-jobs", { params: { query }, signal }),
    remove: async (api, trainingJobId, signal) =>
      await api.DELETE("/training-jobs/{trainingJobId}", { params: { path: { trainingJobId } }, signal }),
  },
  {
    kind: "model",
    list: async (api, query, signal) => await api.GET("/models", { params: { query }, signal }),
    remove: async (api, modelId, signal) =>
      await api.DELETE("/models/{modelId}", { params: { path: { modelId } }, signal }),
  },
  {
    kind: "composition",
    list: async (api, query, signal) => await api.GET("/compositions", { params: { query }, signal }),
    remove: async (api, compositionId, signal) =>
      await api.DELETE("/compositions/{compositionId}", { params: { path: { compositionId } }, signal }),
  },
  {
    kind: "track",
    list: async (api, query, signal) => await api.GET("/tracks", { params: { query }, signal }),
    remove: async (api, trackId, signal) =>
      await api.DELETE("/tracks/{trackId}", { params: { path: { trackId } }, signal }),
  },
] as const satisfies readonly KindRoutes[];
export type MadeKind = (typeof kindsOfMade)[number]["kind"];

/** Something that a run has made. */
export interface Made extends Named {
  readonly kind: MadeKind;
}

const keyOf = ({ kind, id }: Made): string => `${kind} ${id}`;

/**
 * Returns what is to be deleted, each thing once, in the order of {@link kindsOfMade}; of one kind the latest first,
 * because a job cannot be deleted while another one goes on from it. Ids begin with the time.
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
  return kindsOfMade.flatMap(({ kind }) => all.filter((made) => made.kind === kind));
}

/** Returns everything of the user whose name begins as asked. */
export async function findMade(
  params: SendParams & { readonly api: ApiClient; readonly name: string },
): Promise<readonly Made[]> {
  const { api, name, ...sending } = params;
  const found: Made[] = [];
  for (const { kind, list } of kindsOfMade) {
    const all = await sendPages(
      `list of every ${kind}`,
      async (query, signal): Promise<CallResult<Page<Named>>> => await list(api, query, signal),
      sending,
    );
    for (const thing of all) if (thing.name.startsWith(name)) found.push({ kind, id: thing.id, name: thing.name });
  }
  return found;
}

/** Returns how many there are of each kind, in words. */
export function countByKind(things: readonly Made[]): string {
  const counts = kindsOfMade.map(({ kind }) => ({ kind, count: things.filter((made) => made.kind === kind).length }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${kind}${count === 1 ? "" : "s"}`)
    .join(", ");
}
