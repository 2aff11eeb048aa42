/** What a finished piece was made of, and what the technique has made of it, as the API keeps both. */
import { useMemo } from "react";
import type { Composition } from "../../../client/client";
import { asBytes, useLook } from "../api/queries";
import type { Piece } from "../piece/piece";
import { tryReadPiece } from "./use-melody";

export interface KeptPiece {
  /** Undefined while it is asked for, and where there is none. */
  readonly piece: Piece | undefined;
  readonly isPending: boolean;
  readonly error: unknown;
}

/** Returns the melody, or the tracks, that the technique was given. A piece of version 0.2 has no such file. */
export function useGivenPiece(id: string, isWanted: boolean): KeptPiece {
  const look = useLook({
    key: ["compositions", "input-midi", id],
    look: async (api, signal) =>
      await api.GET("/compositions/{compositionId}/input/midi", {
        params: { path: { compositionId: id } },
        ...asBytes,
        signal,
      }),
    enabled: isWanted,
    staleTime: Infinity,
  });
  const { piece, error } = useMemo(() => tryReadPiece(look.data), [look.data]);
  return { piece, isPending: look.isPending, error: error ?? look.error ?? undefined };
}

/** Returns the piece as the technique made it, before a person has corrected its notes. */
export function useMadePiece({ id, edited }: Pick<Composition, "id" | "edited">): KeptPiece {
  const look = useLook({
    key: ["compositions", "midi", id, "original"],
    look: async (api, signal) =>
      await api.GET("/compositions/{compositionId}/midi", {
        params: { path: { compositionId: id }, query: { revision: 0 } },
        ...asBytes,
        signal,
      }),
    enabled: edited === true,
    staleTime: Infinity,
  });
  const { piece, error } = useMemo(() => tryReadPiece(look.data), [look.data]);
  return { piece, isPending: look.isPending, error: error ?? look.error ?? undefined };
}
