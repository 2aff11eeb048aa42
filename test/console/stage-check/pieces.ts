/** Pieces and edits for the stage's own page. */
import type { Piece, PieceNote } from "../../../console/src/piece/piece";
import type { EditEvent } from "../../../console/src/stage/replay";
import { findSampleMelody } from "../../../domain/music/sample-melodies";

const ticksPerBeat = 480;
const step = ticksPerBeat / 4;

const sample = findSampleMelody("twinkle-twinkle");
if (sample === undefined) throw new Error("There is no sample melody twinkle-twinkle.");
const voices = [
  { name: "Soprano", program: 0, down: 0 },
  { name: "Alto", program: 48, down: 5 },
  { name: "Tenor", program: 42, down: 12 },
  { name: "Bass", program: 32, down: 24 },
];

/** Four voices of Twinkle. */
export const twinkle: Piece = {
  tempo: 120,
  ticksPerBeat,
  beatsPerBar: 4,
  bars: sample.bars,
  tracks: voices.map(({ name, program, down }) => ({
    name,
    program,
    isDrums: false,
    notes: sample.notes.map(({ onset, duration, pitch }) => ({
      start: onset * step,
      duration: duration * step,
      pitch: pitch - down,
      velocity: 90,
    })),
  })),
};

/** The same numbers each time, from 0 up to 1. */
function numbers(): () => number {
  let state = 7;
  return () => (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

/** 64 bars of four voices in eighths. */
export function randomPiece(): Piece {
  const next = numbers();
  const tracks = [76, 67, 60, 48].map((base, voice) => ({
    name: ["Soprano", "Alto", "Tenor", "Bass"][voice] ?? "Voice",
    program: 0,
    isDrums: false,
    notes: Array.from({ length: 512 }, (_, index): PieceNote => {
      const pitch = base + Math.floor(next() * 9) - 4;
      return { start: index * 2 * step, duration: 2 * step, pitch, velocity: 90 };
    }),
  }));
  return { tempo: 100, ticksPerBeat, beatsPerBar: 4, bars: 64, tracks };
}

/** Edits of cells that did not sound before. */
export function randomEdits(count: number): EditEvent[] {
  const next = numbers();
  const sounding = new Set<number>();
  return Array.from({ length: count }, (_, index): EditEvent => {
    const at = Math.floor(next() * 64 * 16);
    const pitch = 40 + Math.floor(next() * 44);
    const cell = at * 128 + pitch;
    const kind = sounding.has(cell) ? "remove" : "add";
    if (kind === "add") sounding.add(cell);
    else sounding.delete(cell);
    return { step: at, pitch, kind, original: false, pass: index >> 8, probability: 0.5 + next() / 2 };
  });
}
