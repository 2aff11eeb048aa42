/** The tune as the arranger reads it: notes on the grid of sixteenths, and what sounds where. */
import type { ModelNote } from "../melody";
import { type BarShape, barShapes, type PieceTimeSignature } from "../time-signatures";

export interface Tune {
  /** The notes in order of their onsets. There is at least one, and none ends after the last bar. */
  readonly notes: readonly ModelNote[];
  readonly bars: number;
  readonly timeSignature: PieceTimeSignature;
}

/** A stretch of sixteenths: from `start` up to, but without, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export const barShapeOf = ({ timeSignature }: Tune): BarShape => barShapes[timeSignature];

export const endOf = ({ onset, duration }: Pick<ModelNote, "onset" | "duration">): number => onset + duration;

/** Returns the step at which the last note of the tune begins. */
export const lastOnset = ({ notes }: Tune): number => Math.max(...notes.map(({ onset }) => onset));

/** Returns the step at which everything has ended that the tune plays. */
export const tuneEnd = ({ notes }: Tune): number => Math.max(...notes.map(endOf));

/**
 * Returns the step at which the band enters: with the tune where that begins on a beat, at the next beat where it begins
 * within one, and at the bar line after a longer upbeat. It never waits longer than until the last note.
 */
export function entryStep(tune: Tune): number {
  const { steps, beatSteps } = barShapeOf(tune);
  const first = Math.min(...tune.notes.map(({ onset }) => onset));
  const inBar = first % steps;
  const nextBeat = Math.ceil(first / beatSteps) * beatSteps;
  const entry = inBar < beatSteps ? nextBeat : Math.ceil(first / steps) * steps;
  return Math.min(entry, lastOnset(tune));
}

/** Returns the notes that sound in a span, in order of their onsets. */
export const notesIn = ({ notes }: Pick<Tune, "notes">, { start, end }: Span): ModelNote[] =>
  notes.filter((note) => note.onset < end && endOf(note) > start);

/** Returns the lowest pitch that sounds when the tune is first heard in a span, or undefined if it rests there. */
export function firstLowest(tune: Tune, span: Span): number | undefined {
  const notes = notesIn(tune, span);
  const first = Math.max(span.start, Math.min(...notes.map(({ onset }) => onset)));
  const pitches = notes.filter(({ onset }) => onset <= first).map(({ pitch }) => pitch);
  return pitches.length === 0 ? undefined : Math.min(...pitches);
}

/** Returns the first note after one of the tune's notes that begins later than that, or undefined. */
export function nextNote(notes: readonly ModelNote[], index: number): ModelNote | undefined {
  const onset = notes[index]?.onset ?? 0;
  let next = index + 1;
  while ((notes[next]?.onset ?? Infinity) <= onset) next += 1;
  return notes[next];
}

/**
 * Returns the onsets of the notes that end a phrase: those that last half a bar or longer or stand before a rest of a
 * beat, if a whole bar has passed, and the last one.
 */
export function phraseEnds(tune: Tune): ReadonlySet<number> {
  const { steps, beatSteps } = barShapeOf(tune);
  const ends = tune.notes.filter((note, index) => {
    const next = nextNote(tune.notes, index);
    if (next === undefined) return true;
    const rests = next.onset - endOf(note) >= beatSteps;
    return (note.duration >= steps / 2 || rests) && endOf(note) >= steps;
  });
  return new Set(ends.map(({ onset }) => onset));
}

/**
 * A tune whose median lies below this pitch, E3, is the bass. Below it there would be no room for a bass and, above that,
 * for chords that are not muddy.
 */
const bassLineBelow = 52;
/** Another tune is the bass in the spans in which it goes below this pitch, A2. */
const bassBelow = 45;

/** Returns the highest pitch of the tune at each of its steps; undefined where it rests. */
export function skyline(tune: Tune): readonly (number | undefined)[] {
  const highest = Array<number | undefined>(tune.bars * barShapeOf(tune).steps).fill(undefined);
  for (const note of tune.notes) {
    for (let step = note.onset; step < endOf(note); step += 1) {
      highest[step] = Math.max(highest[step] ?? 0, note.pitch);
    }
  }
  return highest;
}

/** Returns the median of the tune's upper line, over the steps at which it sounds. */
export function medianPitch(tune: Tune): number {
  const heard = skyline(tune)
    .filter((pitch) => pitch !== undefined)
    .sort((one, other) => one - other);
  return heard[Math.floor(heard.length / 2)] ?? 60;
}

/**
 * Returns a function that says whether the tune is the bass in a span, so that the band has none there and its chords
 * lie above the tune.
 */
export function bassFinder(tune: Tune): (span: Span) => boolean {
  if (medianPitch(tune) < bassLineBelow) return () => true;
  const upper = skyline(tune);
  return ({ start, end }) => upper.slice(start, end).some((pitch) => pitch !== undefined && pitch < bassBelow);
}
