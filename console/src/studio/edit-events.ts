/** The edits of a piece, and the piece at any moment of them. */
import type { ApiClient, CallResult, components } from "../../../client/client";
import { inOrder, type Piece, type PieceNote, stepTicks } from "../piece/piece";
import { cellOf, cellStates, type Replay } from "../stage/replay";

type EditEventList = components["schemas"]["EditEventList"];

export const compositionEditEvents =
  (compositionId: string) =>
  async (api: ApiClient, signal: AbortSignal): Promise<CallResult<EditEventList>> =>
    await api.GET("/compositions/{compositionId}/edit-events", { params: { path: { compositionId } }, signal });

const pitches = 128;
const velocity = 90;

/** Returns the notes of the cells of one kind: each run of cells is a note, for the replay knows no onsets. */
function notesOf({ cells, steps }: Pick<Replay, "cells" | "steps">, kind: number, step: number): PieceNote[] {
  const notes: PieceNote[] = [];
  for (let pitch = 0; pitch < pitches; pitch += 1) {
    for (let from = 0; from < steps; from += 1) {
      if (cells[cellOf(from, pitch)] !== kind) continue;
      let to = from + 1;
      while (to < steps && cells[cellOf(to, pitch)] === kind) to += 1;
      notes.push({ start: Math.round(from * step), duration: Math.round((to - from) * step), pitch, velocity });
      from = to;
    }
  }
  return notes.sort(inOrder);
}

/** Returns the piece as it was at the replay's position: what was given is one track, what was added another. */
export function editedPiece(piece: Piece, replay: Pick<Replay, "cells" | "steps">): Piece {
  const step = stepTicks(piece);
  const [first, second = first] = piece.tracks;
  if (first === undefined || second === undefined) return piece;
  const { tempos: _, ...rest } = piece;
  return {
    ...rest,
    tracks: [
      { ...first, notes: notesOf(replay, cellStates.input, step) },
      { ...second, notes: notesOf(replay, cellStates.added, step) },
    ],
  };
}
