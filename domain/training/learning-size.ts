/**
 * How much a training learns from in an epoch. The containers cut pieces into windows in the same way
 * (`training_windows` of sagemaker-containers/training), and the tests of both read contracts/cases/learning-sizes.json.
 */
import type { LearnedWindows } from "../techniques/technique";
import type { Split, SplitPiece } from "./selection";

/** The music of one split. */
export interface SplitSize {
  readonly pieces: number;
  readonly bars: number;
  readonly windows: number;
}

/**
 * Returns the windows into which a piece is cut in the first epoch: from each hop, and one that ends with the piece. One
 * that is shorter is filled with rest. Later epochs begin some bars later, so that they may have one window less or more.
 * A technique that learns from whole pieces has one window of each.
 */
export function windowsOf({ bars }: Pick<SplitPiece, "bars">, windows: LearnedWindows | undefined): number {
  if (windows === undefined) return 1;
  const last = Math.max(0, bars - windows.bars);
  return Math.ceil(last / windows.hop) + 1;
}

/** Returns the music of each split. */
export function sizesBySplit(
  pieces: readonly SplitPiece[],
  windows: LearnedWindows | undefined,
): Readonly<Record<Split, SplitSize>> {
  const sizeOf = (split: Split): SplitSize => {
    const own = pieces.filter((piece) => piece.split === split);
    const sum = (part: (piece: SplitPiece) => number): number => own.reduce((total, piece) => total + part(piece), 0);
    return { pieces: own.length, bars: sum(({ bars }) => bars), windows: sum((piece) => windowsOf(piece, windows)) };
  };
  return { train: sizeOf("train"), validation: sizeOf("validation"), test: sizeOf("test") };
}

/** Returns the updates of an epoch, which has every window once; the last update is filled up. */
export const stepsOf = (windows: number, batchSize: number): number => Math.ceil(windows / batchSize);

/** An epoch as a training has measured it. */
export interface MeasuredEpoch {
  /** Windows that the network learned from in a second. */
  readonly windowsPerSecond: number;
  /** Seconds of the whole epoch, with the validation and the samples. */
  readonly seconds: number;
  /** The windows of that epoch, those of a filled up update included; undefined if they are not known any more. */
  readonly windows: number | undefined;
}

/**
 * Returns the seconds that an epoch of so many windows lasts: learning grows with the windows, and what comes after it
 * takes the same time each time.
 */
export function epochSeconds(windows: number, measured: MeasuredEpoch): number {
  const besides =
    measured.windows === undefined ? 0 : Math.max(0, measured.seconds - measured.windows / measured.windowsPerSecond);
  return windows / measured.windowsPerSecond + besides;
}
