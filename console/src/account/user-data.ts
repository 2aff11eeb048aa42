/** Everything that the user has, as a whole: whether it is being erased, and the request to erase it. */
import { useMutation, type UseMutationResult, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import type { components } from "../../../client/client";
import { useApi } from "../api/api";
import { type Fetched, fetched } from "../api/fetched";
import { useLook } from "../api/queries";
import { queryKeys } from "../api/query-keys";

export type UserData = components["schemas"]["UserData"];
export type Erasure = NonNullable<UserData["erasure"]>;

/** An erasure is looked at as often as it asks for, until it has ended. */
export const useUserData = (): UseQueryResult<UserData> =>
  useLook({ key: queryKeys.userData, look: async (api, signal) => await api.GET("/me/data", { signal }) });

export function useEraseUserData(): UseMutationResult<Fetched<UserData>, Error, void> {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => await fetched(api.DELETE("/me/data")),
    onSuccess: (data) => {
      client.setQueryData(queryKeys.userData, data);
    },
  });
}

/** Returns how many rows and versions of files are left; undefined while nobody has looked. */
export function countLeft({ left }: Pick<Erasure, "left">): { rows: number; files: number } | undefined {
  if (left === null) return undefined;
  const rows = Object.values(left.items).reduce((sum, count) => sum + count, 0);
  return { rows, files: left.objects.artifacts + left.objects.work };
}
