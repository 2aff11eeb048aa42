/** Decides whether a training has converged. */
import type { Convergence } from "../schemas/training-parts";
import type { EpochProgress } from "./progress";

/**
 * The maximum drift and spread of a series in each state, as shares of its range so far; see {@link convergenceOf}.
 */
export const convergenceThresholds = {
  converged: { drift: 0.05, spread: 0.04 },
  settling: { drift: 0.15, spread: 0.1 },
} as const;
/** The epochs that are judged: this share of the completed ones, and at least this number. */
export const convergenceWindow = { share: 0.2, min: 5 } as const;
/** Weight of the newest epoch in the exponential moving average that smooths a series. */
export const smoothing = 0.3;

/** Returns true for the series that are judged: the similarity index and every loss that the technique reports. */
const isJudged = (name: string): boolean => name === "similarityIndex" || name === "loss" || name.endsWith("Loss");

interface Series {
  /** Range (largest less smallest) of the smoothed values up to each epoch. */
  readonly rangeUpTo: readonly number[];
  /**
   * Sums over the epochs before each index: of the smoothed values, of their products with their index, and of their
   * squares. With them a window is judged without a loop over its epochs. The first value is subtracted from all
   * values, so that a high level costs no precision.
   */
  readonly sums: readonly Sums[];
}

interface Sums {
  readonly values: number;
  readonly byIndex: number;
  readonly squares: number;
}

function seriesOf(values: readonly number[]): Series {
  const rangeUpTo: number[] = [];
  const sums: Sums[] = [{ values: 0, byIndex: 0, squares: 0 }];
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  let sum: Sums = { values: 0, byIndex: 0, squares: 0 };
  const first = values[0] ?? 0;
  let smoothed = first;
  for (const [index, value] of values.entries()) {
    if (index > 0) smoothed = smoothing * value + (1 - smoothing) * smoothed;
    lowest = Math.min(lowest, smoothed);
    highest = Math.max(highest, smoothed);
    rangeUpTo.push(highest - lowest);
    const level = smoothed - first;
    sum = { values: sum.values + level, byIndex: sum.byIndex + index * level, squares: sum.squares + level * level };
    sums.push(sum);
  }
  return { rangeUpTo, sums };
}

interface Rest {
  readonly drift: number;
  readonly spread: number;
}

/**
 * Returns how far the least-squares line through the window runs, and how far the values lie from it. Both are shares
 * of the range so far.
 */
function restOf({ rangeUpTo, sums }: Series, start: number, end: number): Rest {
  const range = rangeUpTo[end - 1] ?? 0;
  const before = sums[start];
  const after = sums[end];
  if (range === 0 || before === undefined || after === undefined) return { drift: 0, spread: 0 };
  const n = end - start;
  const middle = start + (n - 1) / 2;
  const total = after.values - before.values;
  const covariance = after.byIndex - before.byIndex - middle * total;
  const variance = (n * (n * n - 1)) / 12;
  const slope = covariance / variance;
  const squares = after.squares - before.squares - (total * total) / n;
  const residuals = Math.max(0, squares - slope * covariance);
  return { drift: (Math.abs(slope) * (n - 1)) / range, spread: Math.sqrt(residuals / n) / range };
}

/** Returns the state that the training was in when `completed` epochs were done. */
function stateAfter(series: readonly Series[], completed: number): Convergence["state"] {
  const length = Math.max(convergenceWindow.min, Math.ceil(convergenceWindow.share * completed));
  if (completed < length || series.length === 0) return "fluctuating";
  const rests = series.map((one) => restOf(one, completed - length, completed));
  const within = ({ drift, spread }: Rest): boolean =>
    rests.every((rest) => rest.drift <= drift && rest.spread <= spread);
  if (within(convergenceThresholds.converged)) return "converged";
  return within(convergenceThresholds.settling) ? "settling" : "fluctuating";
}

/**
 * Judges the last fifth of the completed epochs, and at least five.
 *
 * Each series s (the similarity index and every loss) is smoothed, `m[n] = 0.3 s[n] + 0.7 m[n-1]`. A least-squares line
 * is laid through the window's w values of m. With R the range of m over the whole training so far,
 *
 *     drift  = |slope| (w - 1) / R         how far the line still runs
 *     spread = sqrt(mean residual²) / R    how far the values lie from it
 *
 * The training has `converged` when every series has drift ≤ 0.05 and spread ≤ 0.04. It is `settling` when every series
 * has drift ≤ 0.15 and spread ≤ 0.10. Otherwise it is `fluctuating`. R makes the measure independent of a loss's unit
 * and sign (a critic's loss crosses zero). `sinceEpoch` is the first epoch of the unbroken run in the present state.
 * The work grows with the number of epochs, not with its square.
 */
export function convergenceOf(epochs: readonly EpochProgress[]): Convergence {
  const names = Object.keys(epochs.at(-1)?.metrics ?? {}).filter(isJudged);
  const series = names.flatMap((name) => {
    const values = epochs.flatMap(({ metrics }) => (metrics[name] === undefined ? [] : [metrics[name]]));
    return values.length === epochs.length ? [seriesOf(values)] : [];
  });
  const state = stateAfter(series, epochs.length);
  if (state === "fluctuating") return { state };
  let completed = epochs.length;
  while (completed > 1 && stateAfter(series, completed - 1) === state) completed -= 1;
  const since = epochs[completed - 1]?.epoch;
  return since === undefined ? { state } : { state, sinceEpoch: since };
}
