/** Places the tones of each chord below the tune, so that each moves as little as it can from chord to chord. */
import { type Chord, pitchClass, rub, tonesOf } from "./chord";
import type { ChordSpan } from "./chord-progression";
import { isInScale, type Key } from "./key";
import { endOf, notesIn, skyline, type Span, type Tune } from "./tune";

/** A chord with its tones as pitches. */
export interface VoicedSpan extends ChordSpan {
  /** From the lowest up. It has two tones where the tune leaves no room for three, and none where it leaves none. */
  readonly voicing: readonly number[];
  /** The pitch of its root in the bass; undefined where the tune lies so low that none is below it. */
  readonly bassRoot: number | undefined;
  /** The pitch that nothing but the tune may reach: the lowest of the tune's upper line. */
  readonly ceiling: number;
}

/** The lowest and the highest pitch of the bass. */
export const bassRange = { lowest: 24, highest: 52 } as const;
/** Where the root of a chord lies best in the bass: an octave or more below the tune. */
const bassCenter = 38;
const bassBelowTune = 12;

/** Floors for the lowest tone of a chord, the best first: chords low down are muddy, but better than none. */
const floors = [48, 43, 38, 33, 27] as const;
const maxSpread = 14;
/** How far below the tune the middle of the chords lies, in semitones, and its limits. */
const middle = { belowTune: 9, lowest: 53, highest: 79 };

/** Returns the pitches of a pitch class from `lowest` to `highest`. */
export function pitchesOf(tone: number, lowest: number, highest: number): number[] {
  const pitches: number[] = [];
  for (let pitch = lowest + pitchClass(tone - lowest); pitch <= highest; pitch += 12) pitches.push(pitch);
  return pitches;
}

/** Returns the tones of a chord that the accompanying instruments play; the bass has the root. */
function playedTones(chord: Chord, addedSeventh: number | undefined): readonly number[][] {
  const [root = 0, third = 0, fifth = 0, seventh] = tonesOf(chord);
  if (seventh !== undefined) {
    return [
      [third, seventh, root],
      [third, seventh, fifth],
    ];
  }
  return addedSeventh === undefined ? [[root, third, fifth]] : [[third, addedSeventh, fifth]];
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
  readonly chord: Chord;
  /** The pitch class of a seventh that the style adds, if it adds one. */
  readonly addedSeventh: number | undefined;
  readonly ceiling: number;
  /** The pitch around which the chord should lie. */
  readonly center: number;
  readonly bassRoot: number | undefined;
  readonly before: readonly number[];
}

function place({ chord, addedSeventh, ceiling, center, bassRoot = 0, before }: PlaceParams): readonly number[] {
  const cost = (candidate: readonly number[]): number => {
    const mean = candidate.reduce((sum, pitch) => sum + pitch, 0) / candidate.length;
    const seconds = candidate.filter((pitch, index) => pitch - (candidate[index - 1] ?? -Infinity) <= 1).length;
    return movement(before, candidate) + 1.2 * Math.abs(mean - center) + 6 * seconds;
  };
  const best = (candidates: readonly number[][]): readonly number[] | undefined =>
    [...candidates].sort((one, other) => cost(one) - cost(other))[0];
  const whole = playedTones(chord, addedSeventh);
  const [, third = 0, fifth = 0] = tonesOf(chord);
  for (const tones of [whole, [[third, fifth]], [[third]]]) {
    for (const floor of floors) {
      const lowest = Math.max(floor, bassRoot + 3);
      const found = best(tones.flatMap((each) => placements(each, lowest, ceiling - 1)));
      if (found !== undefined) return found;
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
  const heard = upper.filter((pitch) => pitch !== undefined).sort((one, other) => one - other);
  const median = heard[Math.floor(heard.length / 2)] ?? 60;
  const center = Math.min(middle.highest, Math.max(middle.lowest, median - middle.belowTune));
  let ceiling = median;
  let before: readonly number[] = [];
  let lastRoot = bassCenter;
  return spans.map((span, index) => {
    const pitches = upper.slice(span.start, span.end).filter((pitch) => pitch !== undefined);
    if (pitches.length > 0) ceiling = Math.min(...pitches);
    const { chord } = span;
    const highest = Math.min(bassRange.highest - 4, ceiling - 1);
    const best = Math.min(bassCenter, ceiling - bassBelowTune);
    const distance = (pitch: number): number => Math.abs(pitch - best) + 0.6 * Math.abs(pitch - lastRoot);
    const [bassRoot] = pitchesOf(chord.root, bassRange.lowest, highest).sort(
      (one, other) => distance(one) - distance(other),
    );
    const addsSeventh = hasSevenths && index < spans.length - 1;
    const addedSeventh = addsSeventh ? seventhFor(tune, key, span) : undefined;
    const voicing = place({ chord, addedSeventh, ceiling, center, bassRoot, before });
    if (voicing.length > 0) before = voicing;
    lastRoot = bassRoot ?? lastRoot;
    return { ...span, voicing, bassRoot, ceiling };
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
