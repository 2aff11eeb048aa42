/** What the page of a shared piece reads, for which nobody must be signed in. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { components } from "../../../client/client";
import { asBytes, useLook } from "../api/queries";
import { queryKeys } from "../api/query-keys";

type Schemas = components["schemas"];
export type SharedComposition = Schemas["SharedComposition"];

export const useSharedComposition = (token: string): UseQueryResult<SharedComposition> =>
  useLook({
    key: queryKeys.sharedComposition(token),
    look: async (api, signal) => await api.GET("/shared/{token}", { params: { path: { token } }, signal }),
    isPublic: true,
  });

/** @param version which file is asked for: the present one, or the technique's own of a piece that was corrected */
export const useSharedMidi = (params: {
  readonly token: string;
  readonly version: "present" | "original";
  readonly enabled: boolean;
}): UseQueryResult<ArrayBuffer> => {
  const { token, version, enabled } = params;
  return useLook({
    key: queryKeys.sharedMidi(token, version),
    look: async (api, signal) =>
      await api.GET("/shared/{token}/midi", {
        params: { path: { token }, query: version === "original" ? { revision: 0 } : {} },
        ...asBytes,
        signal,
      }),
    enabled,
    isPublic: true,
    staleTime: Infinity,
  });
};

export const useSharedEditEvents = (token: string): UseQueryResult<Schemas["EditEventList"]> =>
  useLook({
    key: queryKeys.sharedEditEvents(token),
    look: async (api, signal) => await api.GET("/shared/{token}/edit-events", { params: { path: { token } }, signal }),
    isPublic: true,
    staleTime: Infinity,
  });
