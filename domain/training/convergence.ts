/** Whether a training has come to rest. */
import type { Convergence } from "../schemas/items";
import type { EpochProgress } from "./progress";

/** Shares of what a series has moved in the whole training so far; see {@link convergenceOf}. */
export const convergenceThresholds = {
  converged: { drift: 0.05, spread: 0.04 },
  settling: { drift: 0.15, spread: 0.1 },
} as const;
/** The window that is judged: this share of the completed epochs, and at least so many. */
export const convergenceWindow = { share: 0.2, least: 5 } as const;
/** Weight of the newest epoch in the exponential moving average that smooths a series. */
export const smoothing = 0.3;

/** The series that are judged: the similarity index and every loss the technique reports. */
const isJudged = (name: string): boolean => name === "similarityIndex" || name === "loss" || name.endsWith("Loss");

interface Series {
  readonly smoothed: readonly number[];
  /** Range (largest less smallest) of the smoothed values up to each epoch. */
  readonly rangeUpTo: readonly number[];
}

function seriesOf(values: readonly number[]): Series {
  const smoothed: number[] = [];
  const rangeUpTo: number[] = [];
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    const before = smoothed.at(-1);
    const next = before === undefined ? value : smoothing * value + (1 - smoothing) * before;
    smoothed.push(next);
    lowest = Math.min(lowest, next);
    highest = Math.max(highest, next);
    rangeUpTo.push(highest - lowest);
  }
  return { smoothed, rangeUpTo };
}

interface Rest {
  readonly drift: number;
  readonly spread: number;
}

/** A least-squares line through the window: how far it runs, and how far the values lie from it, over `range`. */
function restOf(window: readonly number[], range: number): Rest {
  if (range === 0) return { drift: 0, spread: 0 };
  const n = window.length;
  const middle = (n - 1) / 2;
  const mean = window.reduce((sum, value) => sum + value, 0) / n;
  const covariance = window.reduce((sum, value, at) => sum + (at - middle) * (value - mean), 0);
  const variance = window.reduce((sum, _, at) => sum + (at - middle) ** 2, 0);
  const slope = covariance / variance;
  const residuals = window.reduce((sum, value, at) => sum + (value - mean - slope * (at - middle)) ** 2, 0);
  return { drift: (Math.abs(slope) * (n - 1)) / range, spread: Math.sqrt(residuals / n) / range };
}

/** The state when `completed` epochs were done. */
function stateAfter(series: readonly Series[], completed: number): Convergence["state"] {
  const length = Math.max(convergenceWindow.least, Math.ceil(convergenceWindow.share * completed));
  if (completed < length || series.length === 0) return "fluctuating";
  const rests = series.map(({ smoothed, rangeUpTo }) =>
    restOf(smoothed.slice(completed - length, completed), rangeUpTo[completed - 1] ?? 0),
  );
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
 * The training has `converged` when every series has drift ≤ 0.05 and spread ≤ 0.04, it is `settling` when every series
 * has drift ≤ 0.15 and spread ≤ 0.10, else it is `fluctuating`. R makes the measure independent of a loss's unit and
 * sign (a critic's loss crosses zero). `sinceEpoch` is the first epoch of the unbroken run in the present state.
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
