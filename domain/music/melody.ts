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
const usable = ({ numerator, denominator }: { numerator: number; denominator: number }): boolean =>
  (numerator === 4 && denominator === 4) || (numerator === 2 && denominator === 2);

/**
 * One track of a file as a melody.
 * @throws MelodyError TRACK_NOT_FOUND when no track with notes has this index; METRE_NOT_SUPPORTED when any time
 *   signature of the file has bars of other than four quarter notes.
 */
export function trackMelody(song: Song, trackIndex: number): Melody {
  const odd = song.timeSignatures.find((signature) => !usable(signature));
  if (odd !== undefined) {
    throw new MelodyError(
      "METRE_NOT_SUPPORTED",
      `the music is in ${odd.numerator}/${odd.denominator}; only 4/4 is supported`,
    );
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

/**
 * The melody on the grid of sixteenths, for a model. Rule: onset and end go to the nearest step, a note lasts at least
 * one step, and stays inside the melody's bars; of two notes of a pitch on one step the longer is kept.
 */
export function toGrid({ notes, ticksPerBeat, bars }: Melody): GridNote[] {
  const step = ticksPerBeat / stepsPerBeat;
  const steps = bars * stepsPerBar;
  const byPlace = new Map<string, GridNote>();
  for (const note of notes) {
    const onset = Math.min(Math.round(note.startTick / step), steps - 1);
    const end = Math.min(Math.max(Math.round(endTick(note) / step), onset + 1), steps);
    const place = `${onset}/${note.pitch}`;
    const known = byPlace.get(place);
    if (known === undefined || known.duration < end - onset) {
      byPlace.set(place, { onset, duration: end - onset, pitch: note.pitch });
    }
  }
  return [...byPlace.values()].sort((one, other) => one.onset - other.onset || one.pitch - other.pitch);
}
