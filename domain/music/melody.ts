/** One line of music on its way to a model. It is kept in ticks, note for note, and shown to the model on the grid. */
import {
  barAt,
  barCount,
  barLines,
  isAnyInUsableBar,
  timeSignatureName,
  type TimeSignatureStretch,
  usableTimeSignatures,
} from "./bar-lines";
import { barsWithNotes } from "./bars-with-notes";
import type { GridNote } from "./grid-note";
import type { InputIssue, PitchSpan } from "./input-limits";
import { endTick, type MidiNote } from "./midi-note";
import { type Song, tempoAt } from "./song";
import { barShapes, type PieceTimeSignature, stepsPerQuarter, ticksPerBar } from "./time-signatures";

/** Sixteenths in a quarter note, which MIDI files call a beat. */
export const stepsPerBeat = stepsPerQuarter;

/** Returns the tick of a step of the grid, which counts sixteenths from 0. */
export const tickOfStep = (step: number, ticksPerBeat: number): number =>
  Math.round((step * ticksPerBeat) / stepsPerBeat);

/** Tempos, in beats a minute, in which music is written. A tempo outside them is an error of the file. */
export const tempoRange = { slowest: 20, fastest: 400 } as const;

/** Returns the nearest tempo inside {@link tempoRange}, in beats a minute. */
export const sensibleTempo = (beatsPerMinute: number): number =>
  Math.min(Math.max(beatsPerMinute, tempoRange.slowest), tempoRange.fastest);

/** A line of music in ticks. */
interface Line {
  readonly name: string;
  readonly program: number;
  readonly ticksPerBeat: number;
  /** Tempo in beats a minute. */
  readonly tempo: number;
  /** Number of whole bars. */
  readonly bars: number;
  readonly notes: readonly MidiNote[];
}

/** A melody whose bars are all in one time signature, from the first tick on. */
export interface Melody extends Line {
  readonly timeSignature: PieceTimeSignature;
}

/** A track of a file, whose time signature may change. */
export interface TrackMelody extends Line {
  readonly barLines: readonly TimeSignatureStretch[];
}

export type MelodyErrorCode = "TRACK_NOT_FOUND" | InputIssue["code"];

/** The error for music that cannot be used as a melody. Its `code` is stable, its message is for the music's owner. */
export class MelodyError extends Error {
  override readonly name = "MelodyError";
  constructor(
    readonly code: MelodyErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Returns every time signature that stands over notes of the file, in the file's order. */
export const timeSignaturesOf = ({ timeSignatures }: Song): string[] => timeSignatures.map(timeSignatureName);

/**
 * Returns one track of a file as a melody. Its bars are those of the file's time signatures. Its tempo is the one at
 * its first note, or the nearest to that inside {@link tempoRange}.
 * @throws MelodyError TRACK_NOT_FOUND when no track with notes has this index; TIME_SIGNATURE_NOT_SUPPORTED when none
 *   of its notes begins in a bar that can be composed with
 */
export function trackMelody(song: Song, trackIndex: number): TrackMelody {
  const track = song.tracks.find(({ index }) => index === trackIndex);
  if (track === undefined) {
    const known = song.tracks.map(({ index }) => index).join(", ");
    throw new MelodyError("TRACK_NOT_FOUND", `track ${trackIndex} has no notes; tracks with notes: ${known}`);
  }
  const stretches = barLines({
    timeSignatures: song.timeSignatures,
    ticksPerBeat: song.ticksPerBeat,
    notes: track.notes,
  });
  if (!isAnyInUsableBar(stretches, track.notes)) {
    const found = timeSignaturesOf(song).slice(0, 8).join(", then ");
    const rule = `only bars in ${usableTimeSignatures.join(", ")} are supported`;
    // A short first bar is the usual way to write an upbeat, and its author does not think of it as another time
    // signature.
    const advice = song.timeSignatures.length > 1 ? "; write an upbeat as a whole bar that begins with rests" : "";
    throw new MelodyError("TIME_SIGNATURE_NOT_SUPPORTED", `the music is in ${found}; ${rule}${advice}`);
  }
  const [firstNote] = track.notes;
  return {
    name: track.name,
    program: track.program,
    ticksPerBeat: song.ticksPerBeat,
    tempo: sensibleTempo(tempoAt(song, firstNote?.startTick ?? 0)),
    bars: barCount(stretches),
    notes: track.notes,
    barLines: stretches,
  };
}

/** Returns the sixteenths that all bars of a melody have. */
export const stepsOf = ({ bars, timeSignature }: Pick<Melody, "bars" | "timeSignature">): number =>
  bars * barShapes[timeSignature].steps;

/** The bars of a line, or of several lines together. */
export type Bars =
  Pick<Melody, "ticksPerBeat" | "bars" | "timeSignature"> | Pick<TrackMelody, "ticksPerBeat" | "bars" | "barLines">;

/** Some music by its bars, with the notes of which one must begin in those that are chosen. */
export type Music = Bars & Pick<Line, "notes">;

/** Returns the stretches of bars that a melody has. */
export function stretchesOf(melody: Bars): readonly TimeSignatureStretch[] {
  if ("barLines" in melody) return melody.barLines;
  const { bars, timeSignature, ticksPerBeat } = melody;
  return [{ firstBar: 1, bars, startTick: 0, barTicks: ticksPerBar(timeSignature, ticksPerBeat), timeSignature }];
}

/** Returns the bar, counted from 1, in which the first note begins. */
export const firstBarWithNotes = ({ barLines: stretches, notes }: TrackMelody): number =>
  barAt(stretches, Math.min(...notes.map(({ startTick }) => startTick)));

/** Returns the bars in which notes begin, in the form of {@link barsWithNotes}. */
export const noteBarsOf = (melody: Music): string => barsWithNotes(stretchesOf(melody), melody.notes);

/** Returns the lowest and the highest pitch of notes. */
export function pitchSpan(notes: readonly MidiNote[]): PitchSpan {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const { pitch } of notes) {
    lowest = Math.min(lowest, pitch);
    highest = Math.max(highest, pitch);
  }
  return { lowest, highest };
}

const finestDivision = 32_767;

/** The divisions of a beat that a piece needs: multiples of `unit`, the least of them `least`. */
interface NeededDivision {
  readonly unit: number;
  readonly least: number;
}

/** A sixteenth is a whole number of ticks. */
const forSteps: NeededDivision = { unit: stepsPerBeat, least: stepsPerBeat };
/** A third of a sixteenth is two whole ticks or more: swing moves notes by thirds of a beat. */
const forSwing: NeededDivision = { unit: 3 * stepsPerBeat, least: 6 * stepsPerBeat };

/**
 * Returns the melody with a finer division where a sixteenth is not a whole number of ticks. Without it, notes on the
 * grid would stand a fraction of a tick off. Generated notes that swing need thirds of sixteenths, too. A division that
 * a file cannot have is not taken; so fine a tick is not heard.
 */
export function withWholeSteps(
  melody: Melody,
  generated: readonly { readonly notes: readonly GridNote[] }[] = [],
): Melody {
  const isOnGrid = ({ onset, duration }: GridNote): boolean => Number.isInteger(onset) && Number.isInteger(duration);
  const swings = generated.some(({ notes }) => !notes.every(isOnGrid));
  const factor =
    (swings ? finerBy(melody.ticksPerBeat, forSwing) : undefined) ?? finerBy(melody.ticksPerBeat, forSteps);
  if (factor === undefined || factor === 1) return melody;
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

/** Returns the smallest factor that makes a division what is needed; undefined if a file cannot have it. */
function finerBy(ticksPerBeat: number, { unit, least }: NeededDivision): number | undefined {
  for (let factor = 1; ticksPerBeat * factor <= finestDivision && factor <= least; factor += 1) {
    const finer = ticksPerBeat * factor;
    if (finer >= least && finer % unit === 0) return factor;
  }
  return undefined;
}

/** A note in the form in which it travels to a model and back. */
export interface ModelNote extends GridNote {
  readonly velocity: number;
}

/**
 * Returns where a note lies on the grid that is played from one place to another, in sixteenths, in music of `steps`.
 * This is the one rule for music off the grid: onset and end go to the nearest step, and a note lasts at least one step
 * and stays inside the music.
 */
export function onSteps(from: number, to: number, steps: number): { onset: number; end: number } {
  const onset = Math.min(Math.round(from), steps - 1);
  return { onset, end: Math.min(Math.max(Math.round(to), onset + 1), steps) };
}

/** Returns where a played note lies on the grid of sixteenths, in a piece of `steps`, by the rule of {@link onSteps}. */
export function gridPlace(note: MidiNote, ticksPerBeat: number, steps: number): { onset: number; end: number } {
  const step = ticksPerBeat / stepsPerBeat;
  return onSteps(note.startTick / step, endTick(note) / step, steps);
}

/**
 * Returns the melody on the grid, placed by {@link gridPlace}. Of two notes of one pitch on one step the longer is
 * kept.
 */
export function toGrid(melody: Melody): ModelNote[] {
  const byPlace = new Map<string, ModelNote>();
  const steps = stepsOf(melody);
  for (const note of melody.notes) {
    const { onset, end } = gridPlace(note, melody.ticksPerBeat, steps);
    const { pitch, velocity } = note;
    const place = `${onset}/${pitch}`;
    const known = byPlace.get(place);
    if (known === undefined || known.duration < end - onset) {
      byPlace.set(place, { onset, duration: end - onset, pitch, velocity });
    }
  }
  return [...byPlace.values()].sort((one, other) => one.onset - other.onset || one.pitch - other.pitch);
}
