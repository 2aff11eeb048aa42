/**
 * What the console reads, by resource. A resource that is being worked on is looked at again as often as its answers ask
 * for; a look that failed in passing is repeated; nothing is asked for in a hidden tab or for a user who is not there.
 */
import {
  keepPreviousData,
  type QueryClient,
  queryOptions,
  skipToken,
  useQueries,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from "@tanstack/react-query";
import type { ApiClient, CallResult, components, Composition, paths } from "../../../client/client";
import { useSessionState } from "../sign-in/session-context";
import { useApi } from "./api";
import { type Fetched, fetched } from "./fetched";
import { queryKeys } from "./query-keys";
import { nextLook } from "./retries";

type Schemas = components["schemas"];
export type Track = Schemas["Track"];
export type Model = Schemas["Model"];
export type SampleMelody = Schemas["SampleMelody"];
export type Technique = Schemas["Technique"];
export type { Composition };

type QueryKey = readonly unknown[];

export interface LookParams<Data> {
  readonly key: QueryKey;
  readonly look: (api: ApiClient, signal: AbortSignal) => Promise<CallResult<Data>>;
  /** What nobody must be signed in for. */
  readonly isPublic?: boolean;
  readonly enabled?: boolean;
  /** Milliseconds for which what was read needs no second look. */
  readonly staleTime?: number;
  /** Shows what was read under the key before while the next one is fetched: for the pages of a list. */
  readonly keepsPrevious?: boolean;
  readonly onFetched?: (next: Fetched<Data>, client: QueryClient) => void;
}

/** A query of one resource. Its data is the resource; its version is kept beside it for {@link cachedEtag}. */
export function useLook<Data>(params: LookParams<Data>): UseQueryResult<Data> {
  const { key, look, isPublic = false, enabled = true, staleTime, keepsPrevious = false, onFetched } = params;
  const api = useApi();
  const client = useQueryClient();
  const session = useSessionState();
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const next = await fetched(look(api, signal));
      onFetched?.(next, client);
      return next;
    },
    select: ({ value }: Fetched<Data>) => value,
    enabled: enabled && (isPublic || session.kind === "signed-in"),
    refetchInterval: ({ state }) =>
      nextLook({
        retryAfterSeconds: state.data?.retryAfterSeconds,
        error: state.error,
        failures: state.fetchFailureCount,
      }),
    ...(staleTime === undefined ? {} : { staleTime }),
    ...(keepsPrevious ? { placeholderData: keepPreviousData } : {}),
  });
}

/** Returns the version of a resource that a query has read, if one has. */
export const cachedEtag = (client: QueryClient, key: QueryKey): string | undefined =>
  client.getQueryData<Fetched<unknown>>(key)?.etag;

/** What changes only with a new deployment. */
const stable = { isPublic: true, staleTime: Infinity };

export const useTechniques = (): UseQueryResult<Schemas["TechniqueList"]> =>
  useLook({
    key: queryKeys.techniques,
    look: async (api, signal) => await api.GET("/techniques", { signal }),
    ...stable,
  });

export const useSampleMelodies = (): UseQueryResult<Schemas["SampleMelodyList"]> =>
  useLook({
    key: queryKeys.sampleMelodies,
    look: async (api, signal) => await api.GET("/sample-melodies", { signal }),
    ...stable,
  });

type Query<Path extends "/compositions" | "/tracks" | "/models" | "/training-jobs"> = NonNullable<
  paths[Path]["get"]["parameters"]["query"]
>;
/** A query whose members may be undefined, as filters are that nobody has chosen. */
type Loose<Q> = { readonly [Name in keyof Q]?: Q[Name] | undefined };
export type CompositionListQuery = Loose<Query<"/compositions">>;
export type TrackListQuery = Loose<Query<"/tracks">>;
export type ModelListQuery = Loose<Query<"/models">>;
export type TrainingJobListQuery = Loose<Query<"/training-jobs">>;

/** Asks for the bytes of a MIDI file, where the API would also give a short-lived address. */
export const asBytes = { headers: { accept: "audio/midi" } };

export const useSampleMelodyMidi = (id: string | undefined): UseQueryResult<ArrayBuffer> =>
  useLook({
    key: queryKeys.sampleMelodyMidi(id ?? ""),
    look: async (api, signal) =>
      await api.GET("/sample-melodies/{sampleMelodyId}/midi", {
        params: { path: { sampleMelodyId: id ?? "" } },
        ...asBytes,
        signal,
      }),
    enabled: id !== undefined,
    ...stable,
  });

/** Leaves out what is undefined, which the types of the client ask for. */
export function given<Q extends object>(query: Loose<Q>): Q {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Q;
}

export const useCompositions = (query: CompositionListQuery): UseQueryResult<Schemas["CompositionList"]> =>
  useLook({
    key: queryKeys.compositionList(query),
    look: async (api, signal) => await api.GET("/compositions", { params: { query: given(query) }, signal }),
    keepsPrevious: true,
  });

export const isFinal = ({ state }: Pick<Composition, "state">): boolean => state === "COMPLETED" || state === "FAILED";

/** @param id undefined asks for nothing */
export const useComposition = (id: string | undefined): UseQueryResult<Composition> =>
  useLook({
    key: queryKeys.composition(id ?? ""),
    look: async (api, signal) =>
      await api.GET("/compositions/{compositionId}", { params: { path: { compositionId: id ?? "" } }, signal }),
    enabled: id !== undefined,
    onFetched: ({ value }, client) => {
      const before = client.getQueryData<Fetched<Composition>>(queryKeys.composition(value.id));
      // The lists show its state, too.
      if (isFinal(value) && before !== undefined && !isFinal(before.value))
        void client.invalidateQueries({ queryKey: queryKeys.compositionLists });
    },
  });

/** Returns what is known of pieces that others ask for. */
export const useKnownCompositions = (ids: readonly string[]): readonly Composition[] =>
  useQueries({
    queries: ids.map((id) =>
      queryOptions<Fetched<Composition>>({ queryKey: queryKeys.composition(id), queryFn: skipToken }),
    ),
    combine: (pieces) => pieces.flatMap(({ data }) => (data === undefined ? [] : [data.value])),
  });

/** Returns true once every one of these pieces, which others ask for, has ended or is not there. */
export const useHaveEnded = (ids: readonly string[]): boolean =>
  useQueries({
    queries: ids.map((id) =>
      queryOptions<Fetched<Composition>>({ queryKey: queryKeys.composition(id), queryFn: skipToken }),
    ),
    combine: (pieces) => pieces.every(({ data, isError }) => isError || (data !== undefined && isFinal(data.value))),
  });

/** The bytes of a finished piece. They change only with its version, which `updatedAt` stands for. */
export const useCompositionMidi = (
  composition: Pick<Composition, "id" | "state" | "updatedAt"> | undefined,
): UseQueryResult<ArrayBuffer> =>
  useLook({
    key: queryKeys.compositionMidi(composition?.id ?? "", composition?.updatedAt ?? ""),
    look: async (api, signal) =>
      await api.GET("/compositions/{compositionId}/midi", {
        params: { path: { compositionId: composition?.id ?? "" } },
        ...asBytes,
        signal,
      }),
    enabled: composition?.state === "COMPLETED",
    staleTime: Infinity,
  });

export const useTracks = (query: TrackListQuery): UseQueryResult<Schemas["TrackList"]> =>
  useLook({
    key: queryKeys.trackList(query),
    look: async (api, signal) => await api.GET("/tracks", { params: { query: given(query) }, signal }),
    keepsPrevious: true,
  });

export const useTrack = (id: string | undefined): UseQueryResult<Track> =>
  useLook({
    key: queryKeys.track(id ?? ""),
    look: async (api, signal) =>
      await api.GET("/tracks/{trackId}", { params: { path: { trackId: id ?? "" } }, signal }),
    enabled: id !== undefined,
  });

/** The bytes of an uploaded file, which never change. */
export const useTrackMidi = (id: string | undefined): UseQueryResult<ArrayBuffer> =>
  useLook({
    key: queryKeys.trackMidi(id ?? ""),
    look: async (api, signal) =>
      await api.GET("/tracks/{trackId}/midi", { params: { path: { trackId: id ?? "" } }, ...asBytes, signal }),
    enabled: id !== undefined,
    staleTime: Infinity,
  });

export const useModels = (query: ModelListQuery): UseQueryResult<Schemas["ModelList"]> =>
  useLook({
    key: queryKeys.modelList(query),
    look: async (api, signal) => await api.GET("/models", { params: { query: given(query) }, signal }),
    keepsPrevious: true,
  });

export const useModel = (id: string | undefined): UseQueryResult<Model> =>
  useLook({
    key: queryKeys.model(id ?? ""),
    look: async (api, signal) =>
      await api.GET("/models/{modelId}", { params: { path: { modelId: id ?? "" } }, signal }),
    enabled: id !== undefined,
  });
