/** Where the bars of a track begin, by the file's time signatures; and which of them a model can be given. */
import { midiLimits } from "./byte-reader";
import { endTick, type MidiNote } from "./midi-note";
import type { TimeSignature } from "./midi-scan";

/** Bars of one time signature, one after the other. */
export interface TimeSignatureStretch {
  /** From 1. */
  readonly firstBar: number;
  readonly bars: number;
  readonly startTick: number;
  /** Of one bar. */
  readonly barTicks: number;
  /** As it is written: "3/4". */
  readonly timeSignature: string;
  /** Whether its bars have four quarter notes. */
  readonly usable: boolean;
}

/** Bars that no model can be given. */
export interface OtherTimeSignature {
  readonly firstBar: number;
  readonly lastBar: number;
  readonly timeSignature: string;
}

/** As people write it: every time signature whose bar has four quarter notes, so that its bars are those of 4/4. */
export const usableTimeSignatures: readonly string[] = ["4/4", "2/2", "8/8", "16/16"];

const isUsable = ({ numerator, denominator }: Omit<TimeSignature, "tick">): boolean => numerator === denominator;

export const timeSignatureName = ({ numerator, denominator }: Omit<TimeSignature, "tick">): string =>
  `${numerator}/${denominator}`;

const commonTime: TimeSignature = { tick: 0, numerator: 4, denominator: 4 };

/** The signs from the beginning on: where a file says nothing it is in 4/4, as the standard says. */
export const timeSignaturesFromStart = (
  signs: readonly TimeSignature[],
): readonly [TimeSignature, ...TimeSignature[]] => {
  const [first, ...others] = signs;
  return first?.tick === 0 ? [first, ...others] : [commonTime, ...signs];
};

export interface BarLinesParams {
  /** In order of their ticks, one for each tick. */
  readonly timeSignatures: readonly TimeSignature[];
  readonly ticksPerBeat: number;
  /** At least one. */
  readonly notes: readonly Pick<MidiNote, "startTick" | "durationTicks">[];
}

/**
 * The bars in which the notes stand.
 *
 * What lies less than a sixteenth beside a bar line is meant to be on it: a time signature, and the end of the last note.
 * A time signature in the middle of a bar cuts that bar short, unless the bars before and after it are equally long. A
 * sign after the last note says nothing about the notes. More bars than the limit are not counted to their end.
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
    if (sign.tick < lastEnd && !(before !== undefined && isUsable(before) && isUsable(sign))) signs.push(sign);
  }

  const stretches: TimeSignatureStretch[] = [];
  let firstBar = 1;
  let startTick = 0;
  const add = (sign: TimeSignature, bars: number, barTicks: number, isCut: boolean): void => {
    if (bars === 0) return;
    const timeSignature = isCut ? `${timeSignatureName(sign)}, cut short` : timeSignatureName(sign);
    stretches.push({ firstBar, bars, startTick, barTicks, timeSignature, usable: isUsable(sign) && !isCut });
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

/** How many bars there are in all. */
export function barCount(stretches: readonly TimeSignatureStretch[]): number {
  const last = stretches.at(-1);
  return last === undefined ? 0 : last.firstBar + last.bars - 1;
}

/** The bar, from 1, in which a tick lies; also after the last bar, as if it went on. */
export function barAt(stretches: readonly TimeSignatureStretch[], tick: number): number {
  const index = stretches.findLastIndex(({ startTick }) => startTick <= tick);
  const stretch = stretches[index] ?? stretches[0];
  if (stretch === undefined) return 1;
  const bars = Math.max(0, Math.floor((tick - stretch.startTick) / stretch.barTicks));
  return stretch.firstBar + (index === stretches.length - 1 ? bars : Math.min(bars, stretch.bars - 1));
}

/** Whether any of the notes, in order of their beginnings, begins in a bar of four quarter notes. */
export function isAnyInUsableBar(stretches: readonly TimeSignatureStretch[], notes: readonly MidiNote[]): boolean {
  let index = 0;
  return notes.some(({ startTick }) => {
    while ((stretches[index + 1]?.startTick ?? Infinity) <= startTick) index += 1;
    return stretches[index]?.usable === true;
  });
}

/** Where a bar, from 1, begins. */
export function startOfBar(stretches: readonly TimeSignatureStretch[], bar: number): number {
  const stretch = stretches.findLast(({ firstBar }) => firstBar <= bar);
  return stretch === undefined ? 0 : stretch.startTick + (bar - stretch.firstBar) * stretch.barTicks;
}

/** The bars in other time signatures, each stretch of them once. */
export const otherTimeSignatures = (stretches: readonly TimeSignatureStretch[]): OtherTimeSignature[] =>
  stretches
    .filter(({ usable }) => !usable)
    .map(({ firstBar, bars, timeSignature }) => ({
      firstBar,
      lastBar: firstBar + bars - 1,
      timeSignature: timeSignature,
    }));

const barsInWords = (first: number, last: number): string =>
  first === last ? `bar ${first}` : `bars ${first} to ${last}`;

/** "bar 9 is in 2/4; bars 12 to 14 are in 3/4": the first few. */
export function otherTimeSignaturesInWords(others: readonly OtherTimeSignature[]): string {
  const named = others.slice(0, 4).map(({ firstBar, lastBar, timeSignature }) => {
    const are = firstBar === lastBar ? "is" : "are";
    return `${barsInWords(firstBar, lastBar)} ${are} in ${timeSignature}`;
  });
  return others.length > named.length ? `${named.join("; ")}; and others` : named.join("; ");
}

/** The stretches of a melody that can be composed with: "bars 1 to 8, or bars 10 to 17"; the first few. */
export function usableBarsInWords(bars: number, others: readonly OtherTimeSignature[]): string {
  const ranges: string[] = [];
  let next = 1;
  for (const { firstBar, lastBar } of others) {
    if (firstBar > next) ranges.push(barsInWords(next, firstBar - 1));
    next = lastBar + 1;
  }
  if (next <= bars) ranges.push(barsInWords(next, bars));
  return ranges.length > 4 ? `${ranges.slice(0, 4).join(", or ")}, and others` : ranges.join(", or ");
}

/** Those of the other time signatures that a choice of bars touches. */
export const touchedTimeSignatures = (
  others: readonly OtherTimeSignature[],
  startBar: number,
  bars: number,
): OtherTimeSignature[] =>
  others.filter(({ firstBar, lastBar }) => firstBar <= startBar + bars - 1 && lastBar >= startBar);
