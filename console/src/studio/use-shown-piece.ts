/** The piece of a composition as the stage shows it. */
import { useMemo, useState } from "react";
import type { Composition } from "../../../client/client";
import { useCompositionMidi } from "../api/queries";
import type { Piece } from "../piece/piece";
import { usePlayerState } from "../sound/player";
import { tryReadPiece } from "./use-melody";

export interface ShownPiece {
  readonly piece: Piece | undefined;
  /** The file as the API gave it. */
  readonly bytes: ArrayBuffer | undefined;
  readonly error: unknown;
}

/**
 * Reads the file of a finished piece. A new version of it, as after other instruments, waits while something plays: the
 * stage has made that change already, and would begin anew.
 */
export function useShownPiece(composition: Composition | undefined): ShownPiece {
  const midi = useCompositionMidi(composition);
  const read = useMemo(() => tryReadPiece(midi.data), [midi.data]);
  const isPlaying = usePlayerState(({ status }) => status !== "paused");
  const [shown, setShown] = useState<Piece>();
  if (read.piece !== undefined && read.piece !== shown && (shown === undefined || !isPlaying)) setShown(read.piece);
  return { piece: shown, bytes: midi.data, error: read.error ?? midi.error ?? undefined };
}
