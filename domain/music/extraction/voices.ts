/** Writes the voices of a line-up from the notes of tracks: lines of one note at a time, chords, and drums. */
import { endOf } from "../arranger/tune";
import type { ModelNote } from "../melody";
import { kitPitchOf } from "./drum-kit";

const inOrder = (one: ModelNote, other: ModelNote): number => one.onset - other.onset || one.pitch - other.pitch;

export interface Line {
  /** One note at a time, in order of their onsets. */
  readonly line: readonly ModelNote[];
  /** The notes that began together with another one that was kept. */
  readonly others: readonly ModelNote[];
}

/**
 * Returns one note at a time: of notes that begin together the highest, or the lowest, and each ends where the next one
 * begins.
 */
export function lineOf(notes: readonly ModelNote[], kept: "highest" | "lowest"): Line {
  const byOnset = new Map<number, ModelNote>();
  for (const note of notes) {
    const known = byOnset.get(note.onset);
    const isKept = known === undefined || (kept === "highest" ? note.pitch > known.pitch : note.pitch < known.pitch);
    if (isKept) byOnset.set(note.onset, note);
  }
  const line = [...byOnset.values()].sort(inOrder);
  const chosen = new Set(line);
  return {
    line: line.map((note, index) => {
      const next = line[index + 1]?.onset ?? Infinity;
      return { ...note, duration: Math.min(note.duration, next - note.onset) };
    }),
    others: notes.filter((note) => !chosen.has(note)),
  };
}

/** The pitches of chords, and how many of them sound at once at most. */
export const chordLimits = { lowest: 36, highest: 96, atOnce: 5 } as const;

export interface Chords {
  readonly chords: readonly ModelNote[];
  /** The number of notes that are too low or too high, or that would sound over five others. */
  readonly leftOut: number;
}

/**
 * Returns notes as chords: at most five at once, and each pitch once. A pitch that begins again ends the note before it;
 * of notes of a pitch that begin together the longest is kept, and of too many the highest.
 */
export function chordsOf(notes: readonly ModelNote[]): Chords {
  const { lowest, highest, atOnce } = chordLimits;
  const playable = notes.filter(({ pitch }) => pitch >= lowest && pitch <= highest);
  const sorted = [...playable].sort(
    (one, other) => one.onset - other.onset || other.pitch - one.pitch || other.duration - one.duration,
  );
  const chords: ModelNote[] = [];
  // The indices in `chords` of the notes that still sound.
  let sounding: number[] = [];
  let leftOut = notes.length - playable.length;
  for (const note of sorted) {
    sounding = sounding.filter((index) => endAt(chords[index]) > note.onset);
    const same = sounding.find((index) => chords[index]?.pitch === note.pitch);
    const before = same === undefined ? undefined : chords[same];
    if (same !== undefined && before !== undefined) {
      if (before.onset === note.onset) continue;
      chords[same] = { ...before, duration: note.onset - before.onset };
      sounding = sounding.filter((index) => index !== same);
    }
    if (sounding.length === atOnce) {
      leftOut += 1;
      continue;
    }
    sounding.push(chords.push(note) - 1);
  }
  return { chords: chords.sort(inOrder), leftOut };
}

const endAt = (note: ModelNote | undefined): number => (note === undefined ? 0 : endOf(note));

export interface Drums {
  readonly drums: readonly ModelNote[];
  /** The number of hits for which the kit has no sound. */
  readonly leftOut: number;
}

/** Returns hits on the nine sounds of the kit. Each lasts a sixteenth, and no sound is struck twice at once. */
export function drumsOf(notes: readonly ModelNote[]): Drums {
  const hits = new Map<number, ModelNote>();
  let leftOut = 0;
  for (const { onset, pitch: sound, velocity } of notes) {
    const pitch = kitPitchOf(sound);
    if (pitch === undefined) {
      leftOut += 1;
      continue;
    }
    const place = onset * 128 + pitch;
    const loudest = Math.max(velocity, hits.get(place)?.velocity ?? 0);
    hits.set(place, { onset, duration: 1, pitch, velocity: loudest });
  }
  return { drums: [...hits.values()].sort(inOrder), leftOut };
}

/** The heights of a keyboard's notes: a melody is not lower, and a bass is lower. */
const keyboardHeights = { lowestMelody: 58, bassBelow: 55 } as const;

export interface KeyboardParts {
  readonly melody: readonly ModelNote[];
  readonly chords: readonly ModelNote[];
  readonly bass: readonly ModelNote[];
}

/** Divides the notes of a keyboard: at each onset the highest is the melody, the lowest the bass, and all others chords. */
export function keyboardParts(notes: readonly ModelNote[]): KeyboardParts {
  const sorted = [...notes].sort(inOrder);
  const melody: ModelNote[] = [];
  const chords: ModelNote[] = [];
  const bass: ModelNote[] = [];
  for (const [index, note] of sorted.entries()) {
    const isHighest = sorted[index + 1]?.onset !== note.onset;
    const isLowest = sorted[index - 1]?.onset !== note.onset;
    if (isHighest && note.pitch >= keyboardHeights.lowestMelody) melody.push(note);
    else if (isLowest && note.pitch < keyboardHeights.bassBelow) bass.push(note);
    else chords.push(note);
  }
  return { melody, chords, bass };
}
