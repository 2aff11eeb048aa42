/**
 * Finds where the bars of a track begin, by the file's time signatures, and which of those bars can be composed with.
 */
import { midiLimits } from "./byte-reader";
import { endTick, type MidiNote } from "./midi-note";
import type { TimeSignature } from "./midi-scan";
import { type PieceTimeSignature, pieceTimeSignatureOf, pieceTimeSignatures } from "./time-signatures";

/** A run of consecutive bars in one time signature. */
export interface TimeSignatureStretch {
  /** The number of its first bar; the piece begins with bar 1. */
  readonly firstBar: number;
  readonly bars: number;
  readonly startTick: number;
  /** Length of one bar in ticks. */
  readonly barTicks: number;
  /** The time signature as people write it: "3/4". Those whose bars have four quarter notes, such as 2/2, are "4/4". */
  readonly timeSignature: string;
}

/** Consecutive bars in one time signature. */
export interface BarRange {
  readonly firstBar: number;
  readonly lastBar: number;
  readonly timeSignature: string;
}

/** Consecutive bars in one of the time signatures of pieces. */
export interface UsableBars extends BarRange {
  readonly timeSignature: PieceTimeSignature;
}

/** The time signatures that can be composed with, as people write them. Those before 3/4 are taken for 4/4. */
export const usableTimeSignatures: readonly string[] = [
  ...["4/4", "2/2", "8/8", "16/16"],
  ...pieceTimeSignatures.filter((timeSignature) => timeSignature !== "4/4"),
];

export const timeSignatureName = ({ numerator, denominator }: Omit<TimeSignature, "tick">): string =>
  `${numerator}/${denominator}`;

const isCommonTime = ({ numerator, denominator }: Omit<TimeSignature, "tick">): boolean => numerator === denominator;

/** Returns the name of a time signature, which is that of 4/4 for all whose bars have four quarter notes. */
const kindOf = (sign: Omit<TimeSignature, "tick">): string => (isCommonTime(sign) ? "4/4" : timeSignatureName(sign));

const commonTime: TimeSignature = { tick: 0, numerator: 4, denominator: 4 };

/** Returns the time signatures from the beginning on. Where a file says nothing it is in 4/4, as the standard says. */
export const timeSignaturesFromStart = (
  signs: readonly TimeSignature[],
): readonly [TimeSignature, ...TimeSignature[]] => {
  const [first, ...others] = signs;
  return first?.tick === 0 ? [first, ...others] : [commonTime, ...signs];
};

export interface BarLinesParams {
  /** Time signatures in order of their ticks, at most one at each tick. */
  readonly timeSignatures: readonly TimeSignature[];
  readonly ticksPerBeat: number;
  /** The notes of the track, of which there is at least one. */
  readonly notes: readonly Pick<MidiNote, "startTick" | "durationTicks">[];
}

/**
 * Returns the bars in which the notes stand.
 *
 * A time signature, or the end of the last note, that lies less than a sixteenth beside a bar line is meant to be on
 * it. A time signature in the middle of a bar cuts that bar short, unless it says the same as the one before it, as 2/2
 * does after 4/4. A time signature after the last note says nothing about the notes. If there are more bars than the
 * limit, they are not counted to their end.
 */
export function barLines({ timeSignatures, ticksPerBeat, notes }: BarLinesParams): TimeSignatureStretch[] {
  let lastStart = 0;
  let lastEnd = 0;
  for (const note of notes) {
    lastStart = Math.max(lastStart, note.startTick);
    lastEnd = Math.max(lastEnd, endTick(note));
  }
  const sixteenth = ticksPerBeat / 4;
  const signs: TimeSignature[] = [];
  for (const sign of timeSignaturesFromStart(timeSignatures)) {
    const before = signs.at(-1);
    if (sign.tick < lastEnd && !(before !== undefined && kindOf(before) === kindOf(sign))) signs.push(sign);
  }

  const stretches: TimeSignatureStretch[] = [];
  let firstBar = 1;
  let startTick = 0;
  const add = (sign: TimeSignature, bars: number, barTicks: number, isCut: boolean): void => {
    if (bars === 0) return;
    const timeSignature = isCut ? `${timeSignatureName(sign)}, cut short` : kindOf(sign);
    const before = stretches.at(-1);
    // A time signature that had no bar of its own parts nothing.
    if (before?.timeSignature === timeSignature && !isCut) {
      stretches.splice(-1, 1, { ...before, bars: before.bars + bars });
    } else stretches.push({ firstBar, bars, startTick, barTicks, timeSignature });
    firstBar += bars;
    startTick += bars * barTicks;
  };
  for (const [index, sign] of signs.entries()) {
    if (firstBar > midiLimits.bars + 1) break;
    const barTicks = (ticksPerBeat * 4 * sign.numerator) / sign.denominator;
    const next = signs[index + 1];
    const length = (next?.tick ?? lastEnd) - startTick;
    const whole = Math.max(0, Math.floor(length / barTicks));
    const over = length - whole * barTicks;
    if (next === undefined) {
      const untilEnd = over >= sixteenth ? whole + 1 : whole;
      const untilStart = lastStart >= startTick ? Math.floor((lastStart - startTick) / barTicks) + 1 : 0;
      add(sign, Math.max(untilEnd, untilStart, firstBar === 1 ? 1 : 0), barTicks, false);
    } else if (over < sixteenth) add(sign, whole, barTicks, false);
    else if (barTicks - over < sixteenth) add(sign, whole + 1, barTicks, false);
    else {
      add(sign, whole, barTicks, false);
      add(sign, 1, over, true);
    }
  }
  return stretches;
}

/** Returns the number of bars in all stretches. */
export function barCount(stretches: readonly TimeSignatureStretch[]): number {
  const last = stretches.at(-1);
  return last === undefined ? 0 : last.firstBar + last.bars - 1;
}

/** Returns the number, from 1, of the bar in which a tick lies. Behind the last bar, bars of its length go on. */
export function barAt(stretches: readonly TimeSignatureStretch[], tick: number): number {
  const index = stretches.findLastIndex(({ startTick }) => startTick <= tick);
  const stretch = stretches[index] ?? stretches[0];
  if (stretch === undefined) return 1;
  const bars = Math.max(0, Math.floor((tick - stretch.startTick) / stretch.barTicks));
  return stretch.firstBar + (index === stretches.length - 1 ? bars : Math.min(bars, stretch.bars - 1));
}

/** Returns true if any note begins in a bar that can be composed with. The notes must be in order of their beginnings. */
export function isAnyInUsableBar(stretches: readonly TimeSignatureStretch[], notes: readonly MidiNote[]): boolean {
  let index = 0;
  return notes.some(({ startTick }) => {
    while ((stretches[index + 1]?.startTick ?? Infinity) <= startTick) index += 1;
    return pieceTimeSignatureOf(stretches[index]?.timeSignature ?? "") !== undefined;
  });
}

/** Returns the tick at which a bar begins. Bars are counted from 1. */
export function startOfBar(stretches: readonly TimeSignatureStretch[], bar: number): number {
  const stretch = stretches.findLast(({ firstBar }) => firstBar <= bar);
  return stretch === undefined ? 0 : stretch.startTick + (bar - stretch.firstBar) * stretch.barTicks;
}

/** Returns all bars by their time signatures. */
export const rangesOf = (stretches: readonly TimeSignatureStretch[]): BarRange[] =>
  stretches.map(({ firstBar, bars, timeSignature }) => ({ firstBar, lastBar: firstBar + bars - 1, timeSignature }));

/** Returns the ranges of bars that do not have four quarter notes. */
export const otherTimeSignatures = (stretches: readonly TimeSignatureStretch[]): BarRange[] =>
  rangesOf(stretches).filter(({ timeSignature }) => timeSignature !== "4/4");

/** Returns what {@link rangesOf} does, of the number of bars and of those that are not in 4/4: a row keeps no more. */
export function barRanges(bars: number, others: readonly BarRange[]): BarRange[] {
  const ranges: BarRange[] = [];
  let next = 1;
  for (const other of others) {
    if (other.firstBar > next) ranges.push({ firstBar: next, lastBar: other.firstBar - 1, timeSignature: "4/4" });
    ranges.push(other);
    next = other.lastBar + 1;
  }
  if (next <= bars) ranges.push({ firstBar: next, lastBar: bars, timeSignature: "4/4" });
  return ranges;
}

/** Returns the ranges that are in one of the time signatures. Bars of one range can be composed with. */
export const usableBars = (
  ranges: readonly BarRange[],
  timeSignatures: readonly PieceTimeSignature[] = pieceTimeSignatures,
): UsableBars[] =>
  ranges.flatMap(({ firstBar, lastBar, timeSignature: name }) => {
    const timeSignature = pieceTimeSignatureOf(name);
    return timeSignature !== undefined && timeSignatures.includes(timeSignature)
      ? [{ firstBar, lastBar, timeSignature }]
      : [];
  });

/** Returns the ranges that a choice of bars touches. */
export const touchedBars = (ranges: readonly BarRange[], startBar: number, bars: number): BarRange[] =>
  ranges.filter(({ firstBar, lastBar }) => firstBar <= startBar + bars - 1 && lastBar >= startBar);

const barsInWords = ({ firstBar, lastBar }: Omit<BarRange, "timeSignature">): string =>
  firstBar === lastBar ? `bar ${firstBar}` : `bars ${firstBar} to ${lastBar}`;

/** Returns the first four ranges in words: "bar 9 is in 2/4; bars 12 to 14 are in 3/4". */
export function timeSignaturesInWords(ranges: readonly BarRange[]): string {
  const named = ranges.slice(0, 4).map((range) => {
    const are = range.firstBar === range.lastBar ? "is" : "are";
    return `${barsInWords(range)} ${are} in ${range.timeSignature}`;
  });
  return ranges.length > named.length ? `${named.join("; ")}; and others` : named.join("; ");
}

/** Returns the first four ranges to choose from, in words: "bars 1 to 8, or bars 10 to 17". */
export function choicesInWords(ranges: readonly BarRange[]): string {
  const named = ranges.slice(0, 4).map(barsInWords).join(", or ");
  return ranges.length > 4 ? `${named}, and others` : named;
}
