/** Finds the bars of a file in which pieces can stand, and counts the others by their time signatures. */
import { barCount, barLines, type TimeSignatureStretch } from "../bar-lines";
import type { Song } from "../song";
import { barShapes, joinedBars, type PieceTimeSignature, pieceTimeSignatureOf } from "../time-signatures";

/** A bar of a piece: one bar of the file, or two in 2/4. */
export interface PieceBar {
  /** The number of its first bar in the file, which begins with bar 1. */
  readonly fileBar: number;
  readonly startTick: number;
  /** Its length in ticks. */
  readonly ticks: number;
  readonly timeSignature: PieceTimeSignature;
  /** The number of sixteenths in all piece bars before it. Bars in which no piece can stand have none. */
  readonly firstStep: number;
  /** True if it goes on from the piece bar before it, in the same time signature. */
  readonly follows: boolean;
}

/** The number of the file's bars in one time signature. */
export interface CountedBars {
  /** As people write it; "3/4, cut short" of bars that end before their time. */
  readonly timeSignature: string;
  readonly bars: number;
}

export interface PieceBars {
  readonly bars: readonly PieceBar[];
  /** The sixteenths of all piece bars. */
  readonly steps: number;
  /** All bars of the file by their time signatures, in the order in which these first occur. */
  readonly counted: readonly CountedBars[];
  /** The number of all bars of the file. */
  readonly fileBars: number;
}

/** Returns the bars of all tracks of a song together. */
export function pieceBars({ timeSignatures, ticksPerBeat, tracks }: Song): PieceBars {
  const stretches = barLines({ timeSignatures, ticksPerBeat, notes: tracks.flatMap(({ notes }) => notes) });
  const counted = new Map<string, number>();
  const bars: PieceBar[] = [];
  let steps = 0;
  for (const stretch of stretches) {
    counted.set(stretch.timeSignature, (counted.get(stretch.timeSignature) ?? 0) + stretch.bars);
    for (const bar of barsOfStretch(stretch)) {
      const before = bars.at(-1);
      const follows = before?.timeSignature === bar.timeSignature && before.startTick + before.ticks === bar.startTick;
      bars.push({ ...bar, firstStep: steps, follows });
      steps += barShapes[bar.timeSignature].steps;
    }
  }
  return {
    bars,
    steps,
    counted: [...counted].map(([timeSignature, count]) => ({ timeSignature, bars: count })),
    fileBars: barCount(stretches),
  };
}

/** Returns the piece bars of a stretch. An odd bar of 2/4 at its end belongs to none. */
function barsOfStretch(stretch: TimeSignatureStretch): Omit<PieceBar, "firstStep" | "follows">[] {
  const written = pieceTimeSignatureOf(stretch.timeSignature);
  if (written === undefined) return [];
  const { bars: perBar, as: timeSignature } = joinedBars[written];
  const ticks = stretch.barTicks * perBar;
  return Array.from({ length: Math.floor(stretch.bars / perBar) }, (_, index) => ({
    fileBar: stretch.firstBar + index * perBar,
    startTick: stretch.startTick + index * ticks,
    ticks,
    timeSignature,
  }));
}

/** Returns the index of the last piece bar that begins at a tick or before it; -1 before the first one. */
export function pieceBarAt(bars: readonly PieceBar[], tick: number): number {
  let low = -1;
  let high = bars.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((bars[middle]?.startTick ?? Infinity) <= tick) low = middle;
    else high = middle - 1;
  }
  return low;
}
