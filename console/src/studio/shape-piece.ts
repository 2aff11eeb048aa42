/** The melody as a technique will get it: by the rules of the API's `inputOptions`. */
import { barTicks, endOfPiece, type Piece, type PieceNote, stepTicks } from "../piece/piece";
import type { Shape } from "./draft";

const highestPitch = 127;

export const isShaped = ({ allTracks: _, extendedTracks: __, ...shape }: Shape): boolean =>
  Object.values(shape).some((value) => value !== undefined && value !== false && value !== 0);

/** Moves a note onto the grid of sixteenths. One that begins in the last half step stays on its last step. */
function onGrid(note: PieceNote, step: number, end: number): PieceNote {
  const nearest = (tick: number): number => Math.round(Math.round(tick / step) * step);
  const start = Math.min(nearest(note.start), nearest(end - step));
  const last = Math.min(Math.max(nearest(note.start + note.duration), nearest(start + step)), end);
  return { ...note, start, duration: last - start };
}

/**
 * Returns the piece as the options shape it, or the same piece where they change nothing.
 * @param firstBar the number of the piece's first bar, as the options count bars
 */
export function shapePiece(piece: Piece, shape: Shape, firstBar = 1): Piece {
  if (!isShaped(shape)) return piece;
  const { tempo, transpose = 0, rhythmAssist = false, startBar = firstBar, bars } = shape;
  const bar = barTicks(piece);
  const from = Math.min((startBar - firstBar) * bar, endOfPiece(piece) - bar);
  const shownBars = Math.max(1, Math.min(bars ?? piece.bars, piece.bars - from / bar));
  const end = shownBars * bar;
  const shaped = (note: PieceNote): PieceNote[] => {
    const start = note.start - from;
    const pitch = note.pitch + transpose;
    if (start < 0 || start >= end || pitch < 0 || pitch > highestPitch) return [];
    const cut = { ...note, start, pitch, duration: Math.min(note.duration, end - start) };
    return [rhythmAssist ? onGrid(cut, stepTicks(piece), end) : cut];
  };
  const { tempos, ...rest } = piece;
  const keepsTempos = tempo === undefined && from === 0;
  return {
    ...rest,
    ...(keepsTempos && tempos !== undefined ? { tempos } : {}),
    tempo: tempo ?? piece.tempo,
    bars: shownBars,
    tracks: piece.tracks.map((track) => ({ ...track, notes: track.notes.flatMap(shaped) })),
  };
}
