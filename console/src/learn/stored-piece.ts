/** The pieces that the pages of Learn play, as they are stored: notes on the grid of sixteenths. */
import type { Piece } from "../piece/piece";

/** The sixteenth at which a note begins, its sixteenths, and its pitch. */
export type StoredNote = readonly number[];

export interface StoredPiece {
  readonly tempo: number;
  readonly bars: number;
  readonly tracks: readonly {
    readonly name: string;
    readonly program: number;
    readonly notes: readonly StoredNote[];
  }[];
}

const ticksPerBeat = 480;
const ticksPerStep = ticksPerBeat / 4;
const velocity = 84;

export const pieceOf = ({ tempo, bars, tracks }: StoredPiece): Piece => ({
  tempo,
  ticksPerBeat,
  beatsPerBar: 4,
  bars,
  tracks: tracks.map(({ name, program, notes }) => ({
    name,
    program,
    isDrums: false,
    notes: notes.map(([step = 0, steps = 1, pitch = 60]) => ({
      start: step * ticksPerStep,
      duration: steps * ticksPerStep,
      pitch,
      velocity,
    })),
  })),
});
