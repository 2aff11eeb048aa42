/** One line of music on its way to a model: kept in ticks, note for note, and shown to the model on the grid. */
import * as z from "zod";
import type { InputOptions } from "../schemas/items";
import { endTick, ticksPerBar, type MidiNote, type Song } from "./song";

export const stepsPerBeat = 4;
export const beatsPerBar = 4;
export const stepsPerBar = stepsPerBeat * beatsPerBar;
/** The longest melody a technique takes in one composition. */
export const longestMelodyBars = 64;

/** A note on the grid of sixteenths: contracts/invocation-request. */
export const gridNoteSchema = z.strictObject({
  onset: z.int().min(0),
  duration: z.int().min(1),
  pitch: z.int().min(0).max(127),
});
export type GridNote = z.infer<typeof gridNoteSchema>;

export interface Melody {
  readonly name: string;
  readonly program: number;
  readonly ticksPerBeat: number;
  readonly tempo: number;
  /** Whole bars of 4/4. */
  readonly bars: number;
  readonly notes: readonly MidiNote[];
}

export type MelodyErrorCode =
  | "TRACK_NOT_FOUND"
  | "METRE_NOT_SUPPORTED"
  | "MELODY_TOO_LONG"
  | "MELODY_EMPTY"
  | "BARS_OUT_OF_RANGE"
  | "PITCH_OUT_OF_RANGE";

/** The music cannot be used as a melody; `code` is stable, the message is for its owner. */
export class MelodyError extends Error {
  override readonly name = "MelodyError";
  constructor(
    readonly code: MelodyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** 2/2 has the bar of 4/4; everything else would land between our barlines. */
export const usableMetres: readonly string[] = ["4/4", "2/2"];

/** Every metre of a file, in the order in which they come. */
export const metresOf = ({ timeSignatures }: Song): string[] =>
  timeSignatures.map(({ numerator, denominator }) => `${numerator}/${denominator}`);

/**
 * One track of a file as a melody.
 * @throws MelodyError TRACK_NOT_FOUND when no track with notes has this index; METRE_NOT_SUPPORTED when any time
 *   signature of the file, anywhere in it, is none of {@link usableMetres}. A file without one is in 4/4, as the standard
 *   says; barlines are counted from its beginning.
 */
export function trackMelody(song: Song, trackIndex: number): Melody {
  const metres = metresOf(song);
  if (!metres.every((metre) => usableMetres.includes(metre))) {
    const found = metres.slice(0, 8).join(", then ");
    const rule = `only ${usableMetres.join(" and ")} are supported, throughout the file`;
    // A short first bar is the usual way to write an upbeat, and its author does not think of it as another metre.
    const advice = metres.length > 1 ? "; write an upbeat as a whole bar that begins with rests" : "";
    throw new MelodyError("METRE_NOT_SUPPORTED", `the music is in ${found}; ${rule}${advice}`);
  }
  const track = song.tracks.find(({ index }) => index === trackIndex);
  if (track === undefined) {
    const known = song.tracks.map(({ index }) => index).join(", ");
    throw new MelodyError("TRACK_NOT_FOUND", `track ${trackIndex} has no notes; tracks with notes: ${known}`);
  }
  return {
    name: track.name,
    program: track.program,
    ticksPerBeat: song.ticksPerBeat,
    tempo: song.tempo,
    bars: barsOf(track.notes, song.ticksPerBeat),
    notes: track.notes,
  };
}

function barsOf(notes: readonly MidiNote[], ticksPerBeat: number): number {
  const last = Math.max(...notes.map(endTick));
  return Math.max(1, Math.ceil(last / ticksPerBar(ticksPerBeat, { numerator: 4, denominator: 4 })));
}

/**
 * The melody as the options ask for it: a part of its bars, another tempo, other pitches, or moved onto the grid.
 * Without options it is returned note for note. A note that begins in the chosen bars is kept; it is cut where they end.
 * @throws MelodyError when the bars lie outside the melody, nothing sounds in them, more than 64 are left, or a note
 *   would leave the range 0-127.
 */
export function applyInputOptions(melody: Melody, options: InputOptions): Melody {
  const barTicks = ticksPerBar(melody.ticksPerBeat, { numerator: 4, denominator: 4 });
  const startBar = options.startBar ?? 1;
  if (startBar > melody.bars) {
    throw new MelodyError("BARS_OUT_OF_RANGE", `startBar is ${startBar}; the melody has ${melody.bars} bars`);
  }
  const available = melody.bars - startBar + 1;
  const bars = options.bars ?? available;
  if (bars > available) {
    throw new MelodyError("BARS_OUT_OF_RANGE", `bars is ${bars}; from bar ${startBar} the melody has ${available}`);
  }
  if (bars > longestMelodyBars) {
    const advice = "choose a part of it with startBar and bars";
    throw new MelodyError("MELODY_TOO_LONG", `the melody has ${bars} bars; at most ${longestMelodyBars}: ${advice}`);
  }
  const from = (startBar - 1) * barTicks;
  const to = from + bars * barTicks;
  const transpose = options.transpose ?? 0;
  const step = melody.ticksPerBeat / stepsPerBeat;
  const onGrid = (tick: number): number => Math.round(Math.round(tick / step) * step);

  const notes = melody.notes
    .filter(({ startTick }) => startTick >= from && startTick < to)
    .map((note): MidiNote => {
      const startTick = note.startTick - from;
      const endsAt = Math.min(endTick(note), to) - from;
      const pitch = note.pitch + transpose;
      if (pitch < 0 || pitch > 127) {
        throw new MelodyError(
          "PITCH_OUT_OF_RANGE",
          `transposed by ${transpose}, pitch ${note.pitch} becomes ${pitch}; allowed 0 to 127`,
        );
      }
      if (options.rhythmAssist !== true) return { ...note, startTick, durationTicks: endsAt - startTick, pitch };
      // A note that begins in the last half step would land on the end of the last bar: it stays on its last step.
      const assistedStart = Math.min(onGrid(startTick), onGrid(to - from - step));
      const assistedEnd = Math.min(Math.max(onGrid(endsAt), onGrid(assistedStart + step)), to - from);
      return { ...note, startTick: assistedStart, durationTicks: assistedEnd - assistedStart, pitch };
    });
  if (notes.length === 0) {
    throw new MelodyError("MELODY_EMPTY", `no note begins in bars ${startBar} to ${startBar + bars - 1}`);
  }
  return { ...melody, tempo: options.tempo ?? melody.tempo, bars, notes };
}

const finestDivision = 32_767;

/** Sixteenths should be whole ticks, or notes on the grid stand a fraction of a tick off: a finer division is taken. */
export function withWholeSteps(melody: Melody): Melody {
  const factor = [1, 2, 4].find((candidate) => (melody.ticksPerBeat * candidate) % stepsPerBeat === 0) ?? 1;
  if (factor === 1 || melody.ticksPerBeat * factor > finestDivision) return melody;
  return {
    ...melody,
    ticksPerBeat: melody.ticksPerBeat * factor,
    notes: melody.notes.map((note) => ({
      ...note,
      startTick: note.startTick * factor,
      durationTicks: note.durationTicks * factor,
    })),
  };
}

/** A note as it travels to a model and back. */
export interface ModelNote extends GridNote {
  readonly velocity: number;
}

/**
 * Where a played note lies on the grid of sixteenths, in a piece of `steps`. The one rule for music off the grid: onset and
 * end go to the nearest step, a note lasts at least one step, and stays inside the piece.
 */
export function gridPlace(note: MidiNote, ticksPerBeat: number, steps: number): { onset: number; end: number } {
  const step = ticksPerBeat / stepsPerBeat;
  const onset = Math.min(Math.round(note.startTick / step), steps - 1);
  return { onset, end: Math.min(Math.max(Math.round(endTick(note) / step), onset + 1), steps) };
}

/** The melody on the grid, for a model, by {@link gridPlace}; of two notes of a pitch on one step the longer is kept. */
export function toGrid({ notes, ticksPerBeat, bars }: Melody): ModelNote[] {
  const byPlace = new Map<string, ModelNote>();
  for (const note of notes) {
    const { onset, end } = gridPlace(note, ticksPerBeat, bars * stepsPerBar);
    const { pitch, velocity } = note;
    const place = `${onset}/${pitch}`;
    const known = byPlace.get(place);
    if (known === undefined || known.duration < end - onset) {
      byPlace.set(place, { onset, duration: end - onset, pitch, velocity });
    }
  }
  return [...byPlace.values()].sort((one, other) => one.onset - other.onset || one.pitch - other.pitch);
}
