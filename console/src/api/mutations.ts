/**
 * What the console changes, by resource. A new name, instruments and a deletion are shown before the API has answered,
 * and taken back if it refuses; what makes something new is shown when the API has answered.
 */
import { type QueryClient, useMutation, type UseMutationResult, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { components, CompositionList, CreateComposition, CreateVariations } from "../../../client/client";
import { useApi } from "./api";
import { changeOnTop } from "./change";
import { type Fetched, fetched, succeeded } from "./fetched";
import { createPressKeys, leftNoAnswer, type PressKeys } from "./press-key";
import { cachedEtag, type Composition, type Track } from "./queries";
import { queryKeys } from "./query-keys";
import { retryDelay } from "./retries";

type Schemas = components["schemas"];

interface Item {
  readonly id: string;
}
interface ItemList<Kind extends Item> {
  readonly items: readonly Kind[];
}

/** Where a resource is kept: under its own key, and in the pages of lists. */
export interface Places {
  readonly one: (id: string) => readonly unknown[];
  readonly lists: readonly unknown[];
}
const compositionPlaces: Places = { one: queryKeys.composition, lists: queryKeys.compositionLists };
const trackPlaces: Places = { one: queryKeys.track, lists: queryKeys.trackLists };

/** Shows a change at once, wherever the resource is shown. `undefined` takes the resource away from the lists. */
export async function showAtOnce<Kind extends Item>(
  client: QueryClient,
  { one, lists }: Places,
  id: string,
  change: (before: Kind) => Kind | undefined,
): Promise<void> {
  // A look that is under way would bring back what was before.
  await client.cancelQueries({ queryKey: one(id) });
  await client.cancelQueries({ queryKey: lists });
  client.setQueryData<Fetched<Kind>>(one(id), (before) => {
    const value = before === undefined ? undefined : change(before.value);
    return before === undefined || value === undefined ? before : { ...before, value };
  });
  client.setQueriesData<Fetched<ItemList<Kind>>>({ queryKey: lists }, (before) => {
    if (before === undefined) return before;
    const items = before.value.items.flatMap((item) => (item.id === id ? (change(item) ?? []) : [item]));
    return { ...before, value: { ...before.value, items } };
  });
}

export const readAgain = (client: QueryClient, { one, lists }: Places, id: string): void => {
  void client.invalidateQueries({ queryKey: one(id) });
  void client.invalidateQueries({ queryKey: lists });
};

export interface Update<Body> {
  readonly id: string;
  readonly body: Body;
}

export function useUpdateComposition(): UseMutationResult<
  Fetched<Composition>,
  Error,
  Update<Schemas["UpdateComposition"]>
> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, body }) => {
      const path = { compositionId: id };
      return await changeOnTop<Composition>({
        etag: cachedEtag(client, queryKeys.composition(id)),
        read: async () => await fetched(api.GET("/compositions/{compositionId}", { params: { path } })),
        send: async (etag) =>
          await fetched(api.PATCH("/compositions/{compositionId}", { params: { path, header: ifMatch(etag) }, body })),
      });
    },
    onMutate: async ({ id, body }) => {
      await showAtOnce<Composition>(client, compositionPlaces, id, (before) => withChanges(before, body));
    },
    onSuccess: (changed, { id }) => {
      client.setQueryData(queryKeys.composition(id), changed);
      void client.invalidateQueries({ queryKey: queryKeys.compositionLists });
    },
    onError: (_error, { id }) => {
      readAgain(client, compositionPlaces, id);
    },
  });
}

/** The composition as it will be: its name, how it is performed, and the instruments of its tracks. */
function withChanges(before: Composition, body: Schemas["UpdateComposition"]): Composition {
  const { name, programs, performance } = body;
  const renamed = {
    ...before,
    ...(name === undefined ? {} : { name }),
    ...(performance === undefined ? {} : { performance: { ...before.performance, ...performance } }),
  };
  if (programs === undefined || renamed.output === undefined) return renamed;
  const programOf = new Map(programs.map(({ index, program }) => [index, program]));
  const tracks = renamed.output.tracks.map((track) => ({
    ...track,
    program: programOf.get(track.index) ?? track.program,
  }));
  return { ...renamed, output: { ...renamed.output, tracks } };
}

export function useUpdateTrack(): UseMutationResult<Fetched<Track>, Error, Update<Schemas["UpdateTrack"]>> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, body }) => {
      const path = { trackId: id };
      return await changeOnTop<Track>({
        etag: cachedEtag(client, queryKeys.track(id)),
        read: async () => await fetched(api.GET("/tracks/{trackId}", { params: { path } })),
        send: async (etag) =>
          await fetched(api.PATCH("/tracks/{trackId}", { params: { path, header: ifMatch(etag) }, body })),
      });
    },
    onMutate: async ({ id, body }) => {
      await showAtOnce<Track>(client, trackPlaces, id, (before) => ({ ...before, name: body.name }));
    },
    onSuccess: (changed, { id }) => {
      client.setQueryData(queryKeys.track(id), changed);
      void client.invalidateQueries({ queryKey: queryKeys.trackLists });
    },
    onError: (_error, { id }) => {
      readAgain(client, trackPlaces, id);
    },
  });
}

export const ifMatch = (etag: string | undefined): { "If-Match"?: string } =>
  etag === undefined ? {} : { "If-Match": etag };

export function useDeleteComposition(): UseMutationResult<void, Error, string> {
  const api = useApi();
  return useDelete(compositionPlaces, async (compositionId) => {
    await succeeded(api.DELETE("/compositions/{compositionId}", { params: { path: { compositionId } } }));
  });
}

export function useDeleteTrack(): UseMutationResult<void, Error, string> {
  const api = useApi();
  return useDelete(trackPlaces, async (trackId) => {
    await succeeded(api.DELETE("/tracks/{trackId}", { params: { path: { trackId } } }));
  });
}

export function useDelete(places: Places, send: (id: string) => Promise<void>): UseMutationResult<void, Error, string> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onMutate: async (id) => {
      await showAtOnce<Item>(client, places, id, () => undefined);
    },
    onSuccess: (_nothing, id) => {
      client.removeQueries({ queryKey: places.one(id) });
    },
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: places.lists });
      await client.invalidateQueries({ queryKey: queryKeys.usage });
    },
  });
}

/** A request that makes something, with the key of the press that began it. */
interface Press<Body> {
  readonly body: Body;
  readonly key: string;
}

export interface Creation<Body, Made> {
  /** Sends the body. A further press before an answer, or after a lost one, is the same request again. */
  readonly create: (body: Body) => Promise<Made>;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly reset: () => void;
}

export function useCreation<Body, Made>(
  lists: readonly unknown[],
  send: (press: Press<Body>) => Promise<Fetched<Made>>,
): Creation<Body, Made> {
  const client = useQueryClient();
  const [keys] = useState<PressKeys>(() => createPressKeys());
  const mutation = useMutation<Fetched<Made>, Error, Press<Body>>({
    mutationFn: send,
    // The same key goes with each repetition, so nothing is made twice.
    retry: (failures, error) => failures < mostRepetitions && leftNoAnswer(error),
    retryDelay,
    onSettled: async (_made, error) => {
      keys.ended(error ?? undefined);
      await client.invalidateQueries({ queryKey: lists });
      await client.invalidateQueries({ queryKey: queryKeys.usage });
    },
  });
  const { mutateAsync, isPending, error, reset } = mutation;
  return {
    create: async (body) => (await mutateAsync({ body, key: keys.keyFor(body) })).value,
    isPending,
    error,
    reset,
  };
}
const mostRepetitions = 3;

export function useCreateComposition(): Creation<CreateComposition, Composition> {
  const api = useApi();
  return useCreation(
    queryKeys.compositionLists,
    async ({ body, key }) =>
      await fetched(api.POST("/compositions", { params: { header: { "Idempotency-Key": key } }, body })),
  );
}

export function useCreateVariations(): Creation<CreateVariations, CompositionList> {
  const api = useApi();
  return useCreation(
    queryKeys.compositionLists,
    async ({ body, key }) =>
      await fetched(api.POST("/compositions", { params: { header: { "Idempotency-Key": key } }, body })),
  );
}

export interface Upload {
  readonly file: Blob;
  readonly name: string;
  /** The track of the file that is the melody. Without it the API chooses. */
  readonly trackIndex?: number;
}

export function useUploadTrack(): Creation<Upload, Track> {
  const api = useApi();
  return useCreation(queryKeys.trackLists, async ({ body: { file, name, trackIndex }, key }) => {
    const query = { name, ...(trackIndex === undefined ? {} : { trackIndex }) };
    return await fetched(api.POST("/tracks", { params: { query, header: { "Idempotency-Key": key } }, body: file }));
  });
}
