/** Sharing a piece, and ending it. */
import { type QueryClient, useMutation, type UseMutationResult, useQueryClient } from "@tanstack/react-query";
import type { components } from "../../../client/client";
import { useApi } from "../api/api";
import { fetched, succeeded } from "../api/fetched";
import { queryKeys } from "../api/query-keys";

export type CompositionShare = components["schemas"]["CompositionShare"];

/** The composition says whether it is shared, so it is read again. */
const readComposition = async (client: QueryClient, id: string): Promise<void> => {
  await client.invalidateQueries({ queryKey: queryKeys.composition(id) });
};

/** Shares a piece for some days. The answer alone has the link. */
export function useShareComposition(id: string): UseMutationResult<CompositionShare, Error, number> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (days) => {
      const params = { path: { compositionId: id } };
      return (await fetched(api.POST("/compositions/{compositionId}/share", { params, body: { days } }))).value;
    },
    onSuccess: async () => {
      await readComposition(client, id);
    },
  });
}

export function useRevokeShare(id: string): UseMutationResult<void, Error, void> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await succeeded(api.DELETE("/compositions/{compositionId}/share", { params: { path: { compositionId: id } } }));
    },
    onSuccess: async () => {
      await readComposition(client, id);
    },
  });
}
