/** Chords, and how well each fits into a key. */
import type { Key, Mode } from "./key";

export type Quality = "major" | "minor" | "dominant" | "diminished";

export interface Chord {
  /** Pitch class of the root: 0 is C. */
  readonly root: number;
  readonly quality: Quality;
}

/** The tones of a chord in semitones above its root. */
const intervals: Readonly<Record<Quality, readonly number[]>> = {
  major: [0, 4, 7],
  minor: [0, 3, 7],
  dominant: [0, 4, 7, 10],
  diminished: [0, 3, 6],
};

export const pitchClass = (pitch: number): number => ((pitch % 12) + 12) % 12;

/** Returns true if two pitches rub: they are a semitone apart, in any octave. */
export const rub = (one: number, other: number): boolean => [1, 11].includes(pitchClass(one - other));

/** Returns the pitch classes of a chord, the root first, then third, fifth and, if it has one, seventh. */
export const tonesOf = ({ root, quality }: Chord): number[] =>
  intervals[quality].map((interval) => pitchClass(root + interval));

export const isSameChord = (one: Chord, other: Chord): boolean =>
  one.root === other.root && one.quality === other.quality;

export const allChords: readonly Chord[] = (["major", "minor", "dominant", "diminished"] as const).flatMap((quality) =>
  Array.from({ length: 12 }, (_, root) => ({ root, quality })),
);

/** Every chord that is not named below. */
const foreign = -2.4;

/**
 * How usual each chord is in a key, by the degree of its root in semitones above the tonic. The order is that of
 * textbooks of harmony: the main triads and the dominant seventh, the other triads of the key, the dominants of other
 * degrees, and what songs borrow from the other mode.
 */
const usual: Readonly<Record<Mode, Readonly<Record<Quality, Readonly<Record<number, number>>>>>> = {
  major: {
    major: { 0: 1, 5: 0.6, 7: 0.6, 10: -1.4, 8: -1.8 },
    minor: { 2: 0.25, 9: 0.25, 4: -0.4, 5: -1.2 },
    dominant: { 7: 0.6, 2: -0.7, 9: -0.9, 4: -0.9, 0: -1.1, 11: -1.6 },
    diminished: { 11: -1.2 },
  },
  minor: {
    major: { 3: 0.3, 8: 0.25, 10: 0.3, 7: 0.5, 5: -1.2, 0: -1.8, 1: -1.6 },
    minor: { 0: 1, 5: 0.6, 7: -0.4 },
    dominant: { 7: 0.6, 10: -0.3, 0: -0.9, 2: -1.1, 3: -1.2 },
    diminished: { 2: -0.4, 11: -1.2 },
  },
};

/** Returns how usual a chord is in a key: 1 for the tonic, less for others, below 0 for those that few songs have. */
export const usualness = ({ root, quality }: Chord, { tonic, mode }: Key): number =>
  usual[mode][quality][pitchClass(root - tonic)] ?? foreign;

/** Returns the triad on the tonic. */
export const tonicChord = ({ tonic, mode }: Key): Chord => ({ root: tonic, quality: mode });

/** Returns true if the chord is the key's dominant: a major triad or a dominant seventh on its fifth degree. */
export const isDominant = ({ root, quality }: Chord, { tonic }: Key): boolean =>
  pitchClass(root - tonic) === 7 && (quality === "major" || quality === "dominant");

/**
 * Returns how well a chord follows another, by the interval between their roots. A step down by a fifth leads on most;
 * a dominant seventh wants it.
 */
export function leadsTo(from: Chord, to: Chord, key: Key): number {
  const interval = pitchClass(to.root - from.root);
  const byRoot = [-0.1, -0.1, 0.1, 0, 0, 0.45, -0.5, 0.25, 0, 0.15, 0.1, -0.1][interval] ?? 0;
  const resolves = interval === 5 || interval === 0;
  if (resolves) return byRoot;
  if (isDominant(from, key)) {
    // V-VI and V-vi are the deceptive cadence; V-IV goes backwards.
    if (interval === 1 || interval === 2) return byRoot - 0.3;
    return byRoot - (interval === 10 || from.quality === "dominant" ? 0.8 : 0.4);
  }
  // The dominant of another degree is heard as wrong if it does not resolve.
  return from.quality === "dominant" ? byRoot - 1.2 : byRoot;
}
