/** Says in a sentence, for the person whose melody it is, where it is so low that it is the bass. */
import type { ChordSpan } from "./chord-progression";
import { barShapeOf, type Tune } from "./tune";

/** Returns bars, counted from 1 and in their order, in words: "bar 3" or "bars 3 to 5, 8". */
function barsInWords(bars: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const bar of bars) {
    const range = ranges.at(-1);
    if (range?.last === bar - 1) range.last = bar;
    else ranges.push({ first: bar, last: bar });
  }
  const listed = ranges.map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  return `${bars.length === 1 ? "bar" : "bars"} ${listed.join(", ")}`;
}

/** Returns the sentence, or none if the tune is nowhere the bass. */
export function tuneAsBassInWords(tune: Tune, chords: readonly ChordSpan[]): string[] {
  const low = chords.filter(({ tuneIsBass }) => tuneIsBass);
  if (low.length === 0) return [];
  if (low.length === chords.length) {
    return ["The melody is so low that it is the bass: the chords lie above it, and no other bass plays."];
  }
  const { steps } = barShapeOf(tune);
  const bars = low.flatMap(({ start, end }) => {
    const first = Math.floor(start / steps) + 1;
    return Array.from({ length: Math.ceil(end / steps) - first + 1 }, (_, index) => first + index);
  });
  const where = barsInWords([...new Set(bars)]);
  return [
    `The melody is so low in ${where} that it is the bass there: the chords lie above it, and the other bass rests.`,
  ];
}
