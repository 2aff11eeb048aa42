/** Measures the tracks of a file by their notes on the grid: what they are like, and what they do in each bar. */
import { endOf } from "../arranger/tune";
import type { ModelNote } from "../melody";
import type { PlacedTrack } from "./grid";
import type { PieceBars } from "./piece-bars";

export interface TrackShape {
  /** The mean of its pitches, each as long as it sounds. */
  readonly meanPitch: number;
  /** The share of all bars in which notes of it begin. */
  readonly cover: number;
  /** Of the steps at which it sounds, the share at which one note sounds. */
  readonly alone: number;
  /** Of the steps at which it sounds, the share at which nothing sounds above it. */
  readonly onTop: number;
  /** How evenly its notes are spread over the twelve pitch classes, in bits. */
  readonly variety: number;
  /** The number of notes in a bar, of the bars in which it plays. */
  readonly density: number;
  /** For each bar, the number of notes that begin in it. */
  readonly notesOfBar: Uint32Array;
  /** For each bar, the sum of their pitches. */
  readonly pitchSumOfBar: Float64Array;
}

/**
 * Returns the highest pitch at each step, plus one; 0 where nothing sounds. Each step is visited once, however long and
 * many the notes are.
 */
function upperLine(notes: readonly ModelNote[], steps: number): Uint8Array {
  const upper = new Uint8Array(steps);
  // For each step, a step from which on the next one without a note is to be looked for.
  const next = new Int32Array(steps + 1);
  for (let step = 0; step <= steps; step += 1) next[step] = step;
  const nextFree = (from: number): number => {
    let free = from;
    while ((next[free] ?? free) !== free) {
      const skipped = next[free] ?? free;
      next[free] = next[skipped] ?? skipped;
      free = skipped;
    }
    return free;
  };
  for (const note of [...notes].sort((one, other) => other.pitch - one.pitch)) {
    const end = Math.min(endOf(note), steps);
    for (let step = nextFree(note.onset); step < end; step = nextFree(step)) {
      upper[step] = note.pitch + 1;
      next[step] = step + 1;
    }
  }
  return upper;
}

/** Returns how many notes sound at each step. */
function soundingNotes(notes: readonly ModelNote[], steps: number): Int32Array {
  const sounding = new Int32Array(steps + 1);
  for (const note of notes) {
    sounding[note.onset] = (sounding[note.onset] ?? 0) + 1;
    sounding[endOf(note)] = (sounding[endOf(note)] ?? 0) - 1;
  }
  for (let step = 1; step < steps; step += 1) sounding[step] = (sounding[step] ?? 0) + (sounding[step - 1] ?? 0);
  return sounding;
}

/** Returns how evenly notes are spread over the pitch classes, in bits. */
function varietyOf(notes: readonly ModelNote[]): number {
  const counts = new Uint32Array(12);
  for (const { pitch } of notes) counts[pitch % 12] = (counts[pitch % 12] ?? 0) + 1;
  return [...counts]
    .filter((count) => count > 0)
    .reduce((bits, count) => bits - (count / notes.length) * Math.log2(count / notes.length), 0);
}

/** Returns the index of the bar in which each step lies. */
function barsOfSteps({ bars, steps }: PieceBars): Uint16Array {
  const barOf = new Uint16Array(steps);
  bars.forEach(({ firstStep }, bar) => barOf.fill(bar, firstStep));
  return barOf;
}

/** A track with its shape. */
export interface ShapedTrack {
  readonly placed: PlacedTrack;
  readonly shape: TrackShape;
}

/** Measures tracks that are heard together. Each of them has notes. */
export function shapedTracks(tracks: readonly PlacedTrack[], map: PieceBars): ShapedTrack[] {
  const { bars, steps } = map;
  const barOf = barsOfSteps(map);
  const uppers = tracks.map(({ notes }) => upperLine(notes, steps));
  const top = new Uint8Array(steps);
  for (const upper of uppers) upper.forEach((pitch, step) => (top[step] = Math.max(top[step] ?? 0, pitch)));
  return tracks.map((placed, index) => {
    const { notes } = placed;
    const notesOfBar = new Uint32Array(bars.length);
    const pitchSumOfBar = new Float64Array(bars.length);
    let duration = 0;
    let weighted = 0;
    for (const note of notes) {
      const bar = barOf[note.onset] ?? 0;
      notesOfBar[bar] = (notesOfBar[bar] ?? 0) + 1;
      pitchSumOfBar[bar] = (pitchSumOfBar[bar] ?? 0) + note.pitch;
      duration += note.duration;
      weighted += note.duration * note.pitch;
    }
    const sounding = soundingNotes(notes, steps);
    let heard = 0;
    let alone = 0;
    let onTop = 0;
    uppers[index]?.forEach((pitch, step) => {
      if (pitch === 0) return;
      heard += 1;
      if (sounding[step] === 1) alone += 1;
      if (pitch === top[step]) onTop += 1;
    });
    const played = notesOfBar.reduce((count, notesHere) => count + (notesHere > 0 ? 1 : 0), 0);
    const shape = {
      meanPitch: weighted / duration,
      cover: played / bars.length,
      alone: alone / heard,
      onTop: onTop / heard,
      variety: varietyOf(notes),
      density: notes.length / played,
      notesOfBar,
      pitchSumOfBar,
    };
    return { placed, shape };
  });
}
