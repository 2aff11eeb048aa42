/** What the pages of models read and change, beside the queries that others use, too. */
import { useMutation, type UseMutationResult, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import type { components } from "../../../client/client";
import { useApi } from "../api/api";
import { changeOnTop } from "../api/change";
import { type Fetched, fetched, succeeded } from "../api/fetched";
import { ifMatch, readAgain, showAtOnce, type Update, useDelete } from "../api/mutations";
import { asBytes, cachedEtag, type Model, useLook } from "../api/queries";
import { queryKeys } from "../api/query-keys";

type Schemas = components["schemas"];

const modelPlaces = { one: queryKeys.model, lists: queryKeys.modelLists };

export const useModelSamples = (id: string | undefined): UseQueryResult<Schemas["ModelSampleList"]> =>
  useLook({
    key: ["models", "samples", id],
    look: async (api, signal) =>
      await api.GET("/models/{modelId}/samples", { params: { path: { modelId: id ?? "" } }, signal }),
    enabled: id !== undefined,
    staleTime: Infinity,
  });

/** @param melodyId undefined asks for nothing */
export const useModelSampleMidi = (modelId: string, melodyId: string | undefined): UseQueryResult<ArrayBuffer> =>
  useLook({
    key: ["models", "sample-midi", modelId, melodyId],
    look: async (api, signal) =>
      await api.GET("/models/{modelId}/samples/{melodyId}", {
        params: { path: { modelId, melodyId: melodyId ?? "" } },
        ...asBytes,
        signal,
      }),
    enabled: melodyId !== undefined,
    staleTime: Infinity,
  });

export function useUpdateModel(): UseMutationResult<Fetched<Model>, Error, Update<Schemas["UpdateModel"]>> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, body }) => {
      const path = { modelId: id };
      return await changeOnTop<Model>({
        etag: cachedEtag(client, queryKeys.model(id)),
        read: async () => await fetched(api.GET("/models/{modelId}", { params: { path } })),
        send: async (etag) =>
          await fetched(api.PATCH("/models/{modelId}", { params: { path, header: ifMatch(etag) }, body })),
      });
    },
    onMutate: async ({ id, body }) => {
      await showAtOnce<Model>(client, modelPlaces, id, (before) => ({ ...before, name: body.name }));
    },
    onSuccess: (changed, { id }) => {
      client.setQueryData(queryKeys.model(id), changed);
      void client.invalidateQueries({ queryKey: queryKeys.modelLists });
    },
    onError: (_error, { id }) => {
      readAgain(client, modelPlaces, id);
    },
  });
}

export function useDeleteModel(): UseMutationResult<void, Error, string> {
  const api = useApi();
  return useDelete(modelPlaces, async (modelId) => {
    await succeeded(api.DELETE("/models/{modelId}", { params: { path: { modelId } } }));
  });
}
