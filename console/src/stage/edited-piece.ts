/** A piece at any moment of the edits by which it was made. */
import { inOrder, type Piece, type PieceNote, stepTicks } from "../piece/piece";
import { texts } from "../texts/en";
import { cellOf, cellStates, type CoveredCells, type Replay } from "./replay";

const pitches = 128;
const velocity = 90;

/** Returns the cells that the notes of all tracks but drums cover, by the API's rule for music that is off the grid. */
export function coveredCells(piece: Piece, steps: number): CoveredCells[] {
  const step = stepTicks(piece);
  return piece.tracks.flatMap(({ notes, isDrums }) =>
    isDrums
      ? []
      : notes.map(({ start, duration, pitch }) => {
          const firstStep = Math.min(Math.round(start / step), steps - 1);
          const end = Math.min(Math.max(Math.round((start + duration) / step), firstStep + 1), steps);
          return { firstStep, steps: end - firstStep, pitch };
        }),
  );
}

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
      { ...first, name: texts.replay.input, notes: notesOf(replay, cellStates.input, step) },
      { ...second, name: texts.replay.added, notes: notesOf(replay, cellStates.added, step) },
    ],
  };
}
