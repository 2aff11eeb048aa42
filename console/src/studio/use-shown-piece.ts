/** The piece of a composition as the stage shows it. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Composition } from "../../../client/client";
import type { Fetched } from "../api/fetched";
import { useCompositionMidi } from "../api/queries";
import { queryKeys } from "../api/query-keys";
import type { Piece } from "../piece/piece";
import type { PieceVersion } from "./corrections";
import { tryReadPiece } from "./use-melody";

export interface ShownPiece {
  readonly piece: Piece | undefined;
  /** The same piece, with the version that it is: what a correction begins with. */
  readonly version: PieceVersion | undefined;
  /** The file as the API gave it. */
  readonly bytes: ArrayBuffer | undefined;
  readonly error: unknown;
}

/** Reads the file of a finished piece. While a new version of it is fetched, the one before stays. */
export function useShownPiece(composition: Composition | undefined): ShownPiece {
  const client = useQueryClient();
  const midi = useCompositionMidi(composition);
  const read = useMemo(() => tryReadPiece(midi.data), [midi.data]);
  const [shown, setShown] = useState<PieceVersion>();
  const { piece } = read;
  if (piece !== undefined && composition !== undefined && piece !== shown?.piece)
    setShown({ piece, etag: etagOf(client, composition) });
  return { piece: shown?.piece, version: shown, bytes: midi.data, error: read.error ?? midi.error ?? undefined };
}

/** Returns the version of a composition as it is shown, which may be older than what was read last. */
function etagOf(client: QueryClient, { id, updatedAt }: Composition): string | undefined {
  const read = client.getQueryData<Fetched<Composition>>(queryKeys.composition(id));
  return read?.value.updatedAt === updatedAt ? read.etag : undefined;
}
