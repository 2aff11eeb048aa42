/**
 * Says in which bars of a melody notes begin, in a text that is short enough for a row: 1,024 characters for the 4,096
 * bars of the longest file.
 */
import { barAt, type BarRange, type TimeSignatureStretch } from "./bar-lines";
import type { MidiNote } from "./midi-note";

/** What is known of the bars in which a melody's notes begin. Rows of earlier versions know less. */
export interface NoteBars {
  /** The bar, from 1, in which the first note begins. */
  readonly firstBarWithNotes?: number | undefined;
  /** What {@link barsWithNotes} returns. */
  readonly barsWithNotes?: string | undefined;
}

/** The bars of which one hexadecimal digit tells. The highest bit stands for the first of them. */
const barsPerDigit = 4;

/** Returns the bars in which notes begin, as hexadecimal digits of which each tells of four bars: "9" is 1 and 4. */
export function barsWithNotes(
  stretches: readonly TimeSignatureStretch[],
  notes: readonly Pick<MidiNote, "startTick">[],
): string {
  const digits: number[] = [];
  for (const { startTick } of notes) {
    const index = barAt(stretches, startTick) - 1;
    const digit = Math.floor(index / barsPerDigit);
    while (digits.length <= digit) digits.push(0);
    digits[digit] = (digits[digit] ?? 0) | (8 >> (index % barsPerDigit));
  }
  return digits.map((digit) => digit.toString(16)).join("");
}

/** Returns the bars in which notes of any of several lines begin; each line is what {@link barsWithNotes} returns. */
export function togetherWithNotes(lines: readonly string[]): string {
  const length = Math.max(0, ...lines.map((digits) => digits.length));
  const digitAt = (digits: string, index: number): number => Number.parseInt(digits.charAt(index) || "0", 16);
  return Array.from({ length }, (_, index) =>
    lines.reduce((digit, digits) => digit | digitAt(digits, index), 0).toString(16),
  ).join("");
}

/**
 * Returns the first bar from `bar` on in which a note begins; undefined if there is none. Where only the first of all is
 * known, notes are taken to begin in each bar after it.
 */
export function nextBarWithNotes(known: NoteBars, bar: number): number | undefined {
  const { firstBarWithNotes = 1, barsWithNotes: digits } = known;
  if (digits === undefined) return Math.max(bar, firstBarWithNotes);
  for (let index = bar - 1; index < digits.length * barsPerDigit; index += 1) {
    const digit = Number.parseInt(digits.charAt(Math.floor(index / barsPerDigit)), 16);
    if ((digit & (8 >> (index % barsPerDigit))) !== 0) return index + 1;
  }
  return undefined;
}

/**
 * Returns the ranges in which notes begin, each from the first bar with notes on. Rests and held notes at its end are
 * music, but bars before its first note are none.
 */
export const fromFirstNotes = <Range extends BarRange>(ranges: readonly Range[], known: NoteBars): Range[] =>
  ranges.flatMap((range) => {
    const firstBar = nextBarWithNotes(known, range.firstBar);
    return firstBar === undefined || firstBar > range.lastBar ? [] : [{ ...range, firstBar }];
  });

/** Returns the runs of bars in which notes begin, each inside one of the ranges. */
export function runsWithNotes(ranges: readonly BarRange[], known: NoteBars): BarRange[] {
  const runs: BarRange[] = [];
  for (const range of ranges) {
    let firstBar = nextBarWithNotes(known, range.firstBar);
    while (firstBar !== undefined && firstBar <= range.lastBar) {
      let lastBar = firstBar;
      while (lastBar < range.lastBar && nextBarWithNotes(known, lastBar + 1) === lastBar + 1) lastBar += 1;
      runs.push({ ...range, firstBar, lastBar });
      firstBar = nextBarWithNotes(known, lastBar + 1);
    }
  }
  return runs;
}
