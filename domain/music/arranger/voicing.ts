/**
 * Places the tones of each chord, so that each moves as little as it can from chord to chord: below the tune, or above it
 * where the tune is the bass.
 */
import { type Chord, pitchClass, rub, tonesOf } from "./chord";
import type { ChordSpan } from "./chord-progression";
import { isInScale, type Key } from "./key";
import { endOf, firstLowest, medianPitch, notesIn, skyline, type Span, type Tune } from "./tune";

/** A chord with its tones as pitches. */
export interface VoicedSpan extends ChordSpan {
  /** From the lowest up. It has two tones where there is no room for three between the bass and the tune. */
  readonly voicing: readonly number[];
  /** The pitch of its root in the bass, below all of its tones; undefined where the tune is the bass. */
  readonly bassRoot: number | undefined;
}

/** The lowest and the highest pitch of the bass. */
export const bassRange = { lowest: 24, highest: 52 } as const;
/** Where the root of a chord lies best in the bass: an octave or more below the tune. */
const bassCenter = 38;
const bassBelowTune = 12;
/** How far below the tune the root in the bass lies at least: there is room for the third and the fifth between them. */
const leastBassBelowTune = 8;
/** How far above the root in the bass the lowest tone of the chord lies at least. */
const leastAboveBass = 3;

/** Floors for the lowest tone of a chord below the tune, the best first: chords low down are muddy. */
const floors = [48, 43, 38, 33] as const;
const maxSpread = 14;
/** How far below the tune the middle of the chords lies, in semitones, and its limits. */
const middle = { belowTune: 9, lowest: 53, highest: 79 };

/** Where chords lie above a tune that is the bass. */
const aboveTune = { lowest: 53, middle: 62, highest: 96 };

/** Where the tones of a chord may lie. */
interface Limits {
  readonly lowest: number;
  readonly highest: number;
}

/** Returns the pitches of a pitch class from `lowest` to `highest`. */
export function pitchesOf(tone: number, lowest: number, highest: number): number[] {
  const pitches: number[] = [];
  for (let pitch = lowest + pitchClass(tone - lowest); pitch <= highest; pitch += 12) pitches.push(pitch);
  return pitches;
}

/**
 * Returns the tones of a chord that the accompanying instruments play. One of them is the root unless the bass has it.
 */
function playedTones(chord: Chord, addedSeventh: number | undefined, bassHasRoot: boolean): readonly number[][] {
  const [root = 0, third = 0, fifth = 0, ownSeventh] = tonesOf(chord);
  const seventh = ownSeventh ?? addedSeventh;
  if (seventh === undefined) return [[root, third, fifth]];
  const [withRoot, withFifth] = [
    [root, third, seventh],
    [third, fifth, seventh],
  ];
  if (!bassHasRoot) return [withRoot];
  return ownSeventh === undefined ? [withFifth] : [withRoot, withFifth];
}

/** Returns the chords of pitches, one for each tone, that lie within the limits and close together. */
function placements(tones: readonly number[], lowest: number, highest: number): number[][] {
  const combined = tones.reduce<number[][]>(
    (chords, tone) => chords.flatMap((chord) => pitchesOf(tone, lowest, highest).map((pitch) => [...chord, pitch])),
    [[]],
  );
  return combined
    .map((chord) => chord.sort((one, other) => one - other))
    .filter((chord) => (chord.at(-1) ?? 0) - (chord[0] ?? 0) <= maxSpread);
}

/** Returns how far the tones move from one chord to the next; a tone that is new or left out moves by an octave. */
function movement(from: readonly number[], to: readonly number[]): number {
  if (from.length === 0) return 0;
  return to.reduce((sum, pitch, index) => sum + Math.abs(pitch - (from[index] ?? pitch + 12)), 0);
}

interface PlaceParams {
  /** Choices of tones, each with the choices of limits within which they may lie. The first that can be is taken. */
  readonly choices: readonly { readonly tones: readonly number[][]; readonly within: readonly Limits[] }[];
  /** The pitch around which the chord should lie. */
  readonly center: number;
  readonly before: readonly number[];
}

function place({ choices, center, before }: PlaceParams): readonly number[] {
  const cost = (candidate: readonly number[]): number => {
    const mean = candidate.reduce((sum, pitch) => sum + pitch, 0) / candidate.length;
    const seconds = candidate.filter((pitch, index) => pitch - (candidate[index - 1] ?? -Infinity) <= 1).length;
    return movement(before, candidate) + 1.2 * Math.abs(mean - center) + 6 * seconds;
  };
  for (const { tones, within } of choices) {
    for (const { lowest, highest } of within) {
      const candidates = tones.flatMap((each) => placements(each, lowest, highest));
      const [best] = candidates.sort((one, other) => cost(one) - cost(other));
      if (best !== undefined) return best;
    }
  }
  return [];
}

/** Returns the pitch class of the seventh that a style adds to a triad: one of the key that does not rub against the tune. */
function seventhFor(tune: Tune, key: Key, { chord, ...span }: ChordSpan): number | undefined {
  const intervals = { major: [11, 10], minor: [10], dominant: [], diminished: [] }[chord.quality];
  const rubs = (seventh: number): boolean => notesIn(tune, span).some(({ pitch }) => rub(pitch, seventh));
  return intervals
    .map((interval) => pitchClass(chord.root + interval))
    .filter((seventh) => isInScale(key, seventh))
    .find((seventh) => !rubs(seventh));
}

export interface VoiceChordsParams {
  readonly tune: Tune;
  readonly key: Key;
  readonly spans: readonly ChordSpan[];
  /** True if chords have sevenths wherever the tune leaves room for them. The last chord has none. */
  readonly hasSevenths: boolean;
}

/** Returns the spans with their tones placed. */
export function voiceChords({ tune, key, spans, hasSevenths }: VoiceChordsParams): VoicedSpan[] {
  const upper = skyline(tune);
  const median = medianPitch(tune);
  const center = Math.min(middle.highest, Math.max(middle.lowest, median - middle.belowTune));
  // Where the tune rests, chords stay where they are: below or above what it sang last.
  let ceiling = median;
  let floor = median;
  let before: readonly number[] = [];
  let lastRoot = bassCenter;

  const placeAbove = (span: ChordSpan, addedSeventh: number | undefined): readonly number[] => {
    const { lowest, highest } = aboveTune;
    const bassPitch = firstLowest(tune, span);
    const bassHasRoot = bassPitch !== undefined && pitchClass(bassPitch) === span.chord.root;
    const tones = playedTones(span.chord, addedSeventh, bassHasRoot);
    // A tune that leaps up from the bass beyond these limits is not the bass up there, and chords lie below that.
    const within = [
      { lowest: Math.max(lowest, floor + 1), highest },
      { lowest, highest: middle.highest },
    ];
    return place({ choices: [{ tones, within }], center: aboveTune.middle, before });
  };
  const placeBelow = (span: ChordSpan, addedSeventh: number | undefined, bassRoot: number): readonly number[] => {
    const [, third = 0, fifth = 0] = tonesOf(span.chord);
    const within = floors.map((lowest) => ({
      lowest: Math.max(lowest, bassRoot + leastAboveBass),
      highest: ceiling - 1,
    }));
    const choices = [playedTones(span.chord, addedSeventh, true), [[third, fifth]]].map((tones) => ({ tones, within }));
    return place({ choices, center, before });
  };

  return spans.map((span, index) => {
    const pitches = upper.slice(span.start, span.end).filter((pitch) => pitch !== undefined);
    const addsSeventh = hasSevenths && index < spans.length - 1;
    const addedSeventh = addsSeventh ? seventhFor(tune, key, span) : undefined;
    if (span.tuneIsBass) {
      if (pitches.length > 0) floor = Math.max(...pitches);
      before = placeAbove(span, addedSeventh);
      return { ...span, voicing: before, bassRoot: undefined };
    }
    if (pitches.length > 0) ceiling = Math.min(...pitches);
    const highest = Math.min(bassRange.highest - 4, ceiling - leastBassBelowTune);
    const best = Math.min(bassCenter, ceiling - bassBelowTune);
    const distance = (pitch: number): number => Math.abs(pitch - best) + 0.6 * Math.abs(pitch - lastRoot);
    const [bassRoot = best] = pitchesOf(span.chord.root, bassRange.lowest, highest).sort(
      (one, other) => distance(one) - distance(other),
    );
    before = placeBelow(span, addedSeventh, bassRoot);
    lastRoot = bassRoot;
    return { ...span, voicing: before, bassRoot };
  });
}

/**
 * Returns the parts of a span in which a pitch is no semitone, in any octave, away from a note of the tune. A part is
 * at least as long as `shortest`; the first part may be shorter if the whole span is.
 */
export function clearParts(tune: Tune, span: Span, pitch: number, shortest: number): Span[] {
  const clashing = notesIn(tune, span).filter((note) => rub(note.pitch, pitch));
  const parts: Span[] = [];
  let start = span.start;
  for (const note of clashing) {
    if (note.onset > start) parts.push({ start, end: note.onset });
    start = Math.max(start, endOf(note));
  }
  if (start < span.end) parts.push({ start, end: span.end });
  const needed = Math.min(shortest, span.end - span.start);
  return parts.filter((part) => part.end - part.start >= needed);
}
