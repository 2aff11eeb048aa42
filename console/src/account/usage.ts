/** What the user has of each quota. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { components } from "../../../client/client";
import { useLook } from "../api/queries";
import { queryKeys } from "../api/query-keys";

export type Usage = components["schemas"]["Usage"];
export type QuotaName = keyof Usage["quotas"];

export const useUsage = (): UseQueryResult<Usage> =>
  useLook({ key: queryKeys.usage, look: async (api, signal) => await api.GET("/usage", { signal }) });

/** Returns which part of a quota is used, from 0 to 1. A training may end with a model more than the quota has. */
export function usedPart({ quotas, used }: Usage, name: QuotaName): number {
  if (used[name] >= quotas[name]) return 1;
  return used[name] / quotas[name];
}
