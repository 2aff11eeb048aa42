import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Piece } from "../piece/piece";
import { editedPiece } from "./edited-piece";
import type { Replay } from "./replay";

/** What is heard follows the replay so many milliseconds later: each change of it interrupts the sound for a moment. */
const delay = 400;

export interface Moment {
  /** The piece at the replay's position; undefined where nothing is replayed. */
  readonly piece: Piece | undefined;
  /** To be called after the position has changed. */
  readonly follow: () => void;
}

/** Returns the piece at the position of its replay, so that it can be heard. */
export function useMoment(piece: Piece, replay: Replay | undefined): Moment {
  const first = useMemo(() => (replay === undefined ? undefined : editedPiece(piece, replay)), [piece, replay]);
  const [later, setLater] = useState<{ readonly of: Replay; readonly piece: Piece }>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [piece, replay],
  );
  const follow = useCallback(() => {
    if (replay === undefined) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setLater({ of: replay, piece: editedPiece(piece, replay) });
    }, delay);
  }, [piece, replay]);
  return { piece: later !== undefined && later.of === replay ? later.piece : first, follow };
}
