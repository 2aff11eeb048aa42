/** Finds the key of a tune. */
import type { ModelNote } from "../melody";
import { endOf } from "./tune";

export type Mode = "major" | "minor";

export interface Key {
  /** Pitch class of the tonic: 0 is C. */
  readonly tonic: number;
  readonly mode: Mode;
}

/**
 * How much each degree of a key sounds, from the tonic upwards in semitones: the weights of Aarden and Essen, as the
 * documentation of Humdrum's `keycor` lists them.
 */
const profiles: Readonly<Record<Mode, readonly number[]>> = {
  major: [17.77, 0.15, 14.93, 0.16, 19.8, 11.36, 0.29, 22.06, 0.15, 8.15, 0.23, 4.95],
  minor: [18.26, 0.74, 14.05, 16.86, 0.7, 14.44, 0.7, 18.62, 4.57, 1.93, 7.38, 1.76],
};

/** Most tunes end on their tonic. This is added to the correlation of a key whose tonic is the last note. */
const lastNoteBonus = 0.12;

const scales: Readonly<Record<Mode, readonly number[]>> = {
  major: [0, 2, 4, 5, 7, 9, 11],
  minor: [0, 2, 3, 5, 7, 8, 10],
};

/** Returns true if a pitch is in the scale of a key; minor is the natural one. */
export const isInScale = ({ tonic, mode }: Key, pitch: number): boolean =>
  scales[mode].includes((((pitch - tonic) % 12) + 12) % 12);

function correlation(one: readonly number[], other: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [oneMean, otherMean] = [mean(one), mean(other)];
  let product = 0;
  let oneSquares = 0;
  let otherSquares = 0;
  for (const [index, value] of one.entries()) {
    const [x, y] = [value - oneMean, (other[index] ?? 0) - otherMean];
    product += x * y;
    oneSquares += x * x;
    otherSquares += y * y;
  }
  return product / Math.sqrt(Math.max(1e-12, oneSquares * otherSquares));
}

/**
 * Returns the key whose profile correlates most with how long each pitch class sounds (Krumhansl and Schmuckler's
 * algorithm), where a key whose tonic is the last note is preferred a little.
 */
export function findKey(notes: readonly ModelNote[]): Key {
  const sounding = Array<number>(12).fill(0);
  for (const { pitch, duration } of notes) sounding[pitch % 12] = (sounding[pitch % 12] ?? 0) + duration;
  const end = Math.max(...notes.map(endOf));
  const last = notes.findLast((note) => endOf(note) === end)?.pitch ?? 0;
  let best: Key = { tonic: 0, mode: "major" };
  let bestValue = -Infinity;
  for (const mode of ["major", "minor"] as const) {
    for (let tonic = 0; tonic < 12; tonic += 1) {
      const heard = profiles[mode].map((_, degree) => sounding[(tonic + degree) % 12] ?? 0);
      const value = correlation(profiles[mode], heard) + (last % 12 === tonic ? lastNoteBonus : 0);
      if (value > bestValue) [best, bestValue] = [{ tonic, mode }, value];
    }
  }
  return best;
}
