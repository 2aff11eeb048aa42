/** Chooses the chords under a tune: the sequence that fits its notes and follows the habits of songs best (Viterbi). */
import type { ModelNote } from "../melody";
import { type Accent, accentAt } from "../time-signatures";
import {
  allChords,
  type Chord,
  isDominant,
  isSameChord,
  leadsTo,
  pitchClass,
  rub,
  tonesOf,
  tonicChord,
  usualness,
} from "./chord";
import type { Key } from "./key";
import {
  barShapeOf,
  bassFinder,
  endOf,
  entryStep,
  firstLowest,
  lastOnset,
  nextNote,
  notesIn,
  phraseEnds,
  type Span,
  type Tune,
  tuneEnd,
} from "./tune";

/** How often chords may change. */
export const chordRhythms = ["bar", "half-bar", "beat"] as const;
export type ChordRhythm = (typeof chordRhythms)[number];

/** A chord with the span for which it holds. */
export interface ChordSpan extends Span {
  readonly chord: Chord;
  /** True if the tune is so low that it is the bass of this chord. */
  readonly tuneIsBass: boolean;
}

export interface ChooseChordsParams {
  readonly tune: Tune;
  readonly key: Key;
  readonly rhythm: ChordRhythm;
}

/** What a change of the chord costs, by where it happens. A quarter note on a chord tone weighs 1. */
const changeCost: Readonly<Record<Accent | "end", number>> = {
  downbeat: 0.15,
  middle: 0.6,
  beat: 1.15,
  offbeat: 1.15,
  end: 0,
};
/** How much weight the beginning of a note has. */
const noteWeight: Readonly<Record<Accent, number>> = { downbeat: 1.5, middle: 1.3, beat: 1, offbeat: 0.7 };
/** A seventh is a weaker tone of its chord than the three others. */
const seventhWeight = 0.4;
/** What a quarter note costs that is no tone of its chord: by how near the next chord tone is. */
const foreignCost = { semitone: 1.7, other: 0.8 };
/** The share of these costs that short notes have which move on by a step: passing notes and neighbors. */
const passingShare = 0.35;
const cadence = { authentic: 1.3, tonic: 0.5, dominant: 0.3 };
const closing = { tonic: 5, dominantBefore: 1.2, foreignNote: 12 };
/** What a chord is worth whose root, third, fifth or seventh is in the bass, where the tune is that bass. */
const inBass = [0.5, 0, -0.4, -0.2];

/** Returns the steps of a bar at which a chord may begin. */
function chordSteps(tune: Tune, rhythm: ChordRhythm): number[] {
  const { beats, beatSteps } = barShapeOf(tune);
  const every = Array.from({ length: beats }, (_, beat) => beat * beatSteps);
  if (rhythm === "beat") return every;
  // Three beats are halved as two and one.
  return rhythm === "bar" ? [0] : [0, Math.ceil(beats / 2) * beatSteps];
}

/**
 * Returns the spans in which one chord holds, from the entry of the band to the end of the tune. The last span begins
 * with the tune's last note.
 */
function chordSpans(tune: Tune, rhythm: ChordRhythm): Span[] {
  const { steps } = barShapeOf(tune);
  const [entry, last, end] = [entryStep(tune), lastOnset(tune), tuneEnd(tune)];
  const inBar = chordSteps(tune, rhythm);
  const starts = Array.from({ length: tune.bars }, (_, bar) => inBar.map((step) => bar * steps + step)).flat();
  const inside = starts.filter((start) => start > entry && start < last);
  const all = [...new Set([entry, ...inside, last])];
  return all.map((start, index) => ({ start, end: all[index + 1] ?? end }));
}

/** Returns how strong a step of the tune is. */
function accentIn(tune: Tune, step: number): Accent {
  const { steps, beatSteps } = barShapeOf(tune);
  return accentAt(step, { bar: steps, beat: beatSteps });
}

/** A note as far as it sounds in one span. */
interface WeighedNote {
  readonly pitch: number;
  readonly weight: number;
  readonly isPassing: boolean;
}

function weighedNotes(tune: Tune, span: Span, following: ReadonlyMap<ModelNote, number>): WeighedNote[] {
  const { beatSteps } = barShapeOf(tune);
  return notesIn(tune, span).map((note) => {
    const length = Math.min(endOf(note), span.end) - Math.max(note.onset, span.start);
    const next = following.get(note);
    const moves = next !== undefined && next !== note.pitch && Math.abs(next - note.pitch) <= 2;
    return {
      pitch: note.pitch,
      weight: (length / 4) * noteWeight[accentIn(tune, Math.max(note.onset, span.start))],
      isPassing: moves && note.duration <= beatSteps && note.onset % barShapeOf(tune).steps !== 0,
    };
  });
}

function fitOf(notes: readonly WeighedNote[], chord: Chord): number {
  const tones = tonesOf(chord);
  let fit = 0;
  for (const { pitch, weight, isPassing } of notes) {
    const place = tones.indexOf(pitchClass(pitch));
    if (place >= 0) {
      fit += weight * (place === 3 ? seventhWeight : 1);
      continue;
    }
    const isSemitone = tones.some((tone) => rub(pitch, tone));
    const cost = isSemitone ? foreignCost.semitone : foreignCost.other;
    fit -= weight * cost * (isPassing ? passingShare : 1);
  }
  return fit;
}

const costOfChange = (tune: Tune, { start }: Span, isLast: boolean): number =>
  changeCost[isLast ? "end" : accentIn(tune, start)];

/** Returns the pitch that follows each note of the tune. */
function followingPitches({ notes }: Tune): Map<ModelNote, number> {
  const following = new Map<ModelNote, number>();
  for (const [index, note] of notes.entries()) {
    const next = nextNote(notes, index);
    if (next !== undefined) following.set(note, next.pitch);
  }
  return following;
}

/**
 * Returns the chords in their order. Neighboring spans may have the same chord. The last one is a triad, and has its root
 * in the bass also where that is the tune.
 */
export function chooseChords({ tune, key, rhythm }: ChooseChordsParams): ChordSpan[] {
  const spans = chordSpans(tune, rhythm);
  const following = followingPitches(tune);
  const ends = phraseEnds(tune);
  const tonic = tonicChord(key);
  const halfBar = barShapeOf(tune).steps / 2;
  const isBass = bassFinder(tune);

  /** Returns how well each chord fits one span by itself. */
  const fits = spans.map((span, index) => {
    const notes = weighedNotes(tune, span, following);
    const isLast = index === spans.length - 1;
    const endsPhrase = [...ends].some((onset) => onset >= span.start && onset < span.end);
    const bassPitch = isBass(span) ? firstLowest(tune, span) : undefined;
    return allChords.map((chord) => {
      // The last chord is a triad, and so stable.
      if (isLast && (chord.quality === "dominant" || chord.quality === "diminished")) return -Infinity;
      const length = Math.min(1, (span.end - span.start) / halfBar);
      let fit = fitOf(notes, chord) + 0.6 * length * usualness(chord, key);
      if (endsPhrase && isSameChord(chord, tonic)) fit += cadence.tonic;
      if (endsPhrase && isDominant(chord, key)) fit += cadence.dominant;
      if (isLast && isSameChord(chord, tonic)) fit += closing.tonic;
      const holds = ({ pitch }: WeighedNote): boolean => tonesOf(chord).includes(pitchClass(pitch));
      if (isLast && !notes.every(holds)) fit -= closing.foreignNote;
      if (bassPitch !== undefined) {
        fit += length * (inBass[tonesOf(chord).indexOf(pitchClass(bassPitch))] ?? 0);
        if (isLast && chord.root !== pitchClass(bassPitch)) fit -= closing.foreignNote;
      }
      return fit;
    });
  });
  const changes = allChords.map((from) => allChords.map((to) => (isSameChord(from, to) ? 0 : leadsTo(from, to, key))));

  const opening = allChords.map((chord) => (isSameChord(chord, tonic) ? 0.8 : 0));
  let values = allChords.map((_, index) => (fits[0]?.[index] ?? 0) + (opening[index] ?? 0));
  const origins: number[][] = [];
  for (let at = 1; at < spans.length; at += 1) {
    const span = spans[at];
    if (span === undefined) break;
    const isLast = at === spans.length - 1;
    const cost = costOfChange(tune, span, isLast);
    const endsPhrase = [...ends].some((onset) => onset >= span.start && onset < span.end);
    const next: number[] = [];
    const origin: number[] = [];
    for (const [to, chord] of allChords.entries()) {
      let best = 0;
      let bestValue = -Infinity;
      for (const [from, before] of allChords.entries()) {
        let value = values[from] ?? -Infinity;
        if (from !== to) value += (changes[from]?.[to] ?? 0) - cost;
        if (isSameChord(chord, tonic) && isDominant(before, key)) {
          value += (endsPhrase ? cadence.authentic : 0) + (isLast ? closing.dominantBefore : 0);
        }
        if (value > bestValue) [best, bestValue] = [from, value];
      }
      origin.push(best);
      next.push(bestValue + (fits[at]?.[to] ?? 0));
    }
    origins.push(origin);
    values = next;
  }
  let state = values.indexOf(Math.max(...values));
  const states = [state];
  for (const origin of origins.reverse()) {
    state = origin[state] ?? 0;
    states.unshift(state);
  }
  return spans.map((span, index) => ({
    ...span,
    chord: allChords[states[index] ?? 0] ?? tonic,
    tuneIsBass: isBass(span),
  }));
}
