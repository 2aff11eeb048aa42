/** Training jobs as people see them. */
import type { TrainingJob } from "../../../client/client";
import { printable } from "../terminal";
import { drawCurve, shortNumber } from "./curves";
import { drawBar } from "./progress-bar";

/** The metrics of one epoch. */
export type EpochMetrics = Readonly<Record<string, unknown>> & { readonly epoch: number };

/** What a training has shown so far. */
export interface Watched {
  readonly job: TrainingJob;
  readonly epochs: readonly EpochMetrics[];
}

/** Returns the metrics that a person looks at first: the losses, and how far the music is from the training music. */
export const mainMetrics = (names: readonly string[]): readonly string[] =>
  names.filter((name) => /loss$/i.test(name) || name === "similarityIndex");

const curveSize = { width: 72, height: 4 };
const mostCurves = 3;
const barWidth = 24;

/** Returns the lines of the live picture of a training. */
export function drawTraining({ job, epochs }: Watched, columns: number): readonly string[] {
  const { name, state, progress } = job;
  const left = progress.secondsRemaining === null ? "" : `  about ${duration(progress.secondsRemaining)} left`;
  const bar = drawBar(progress.percent / 100, barWidth);
  const size = { ...curveSize, width: Math.min(curveSize.width, columns - 1) };
  const names = mainMetrics([...new Set(epochs.flatMap((epoch) => Object.keys(epoch)))]).slice(-mostCurves);
  return [
    `${printable(name)}  ${state}  epoch ${progress.epoch} of ${progress.epochs}  ${bar}${left}`,
    ...names.flatMap((metric) =>
      drawCurve(
        metric,
        epochs.flatMap((item) => {
          const value = item[metric];
          return typeof value === "number" ? [{ x: item.epoch, y: value }] : [];
        }),
        { from: 1, to: progress.epochs },
        size,
      ),
    ),
  ];
}

/** Returns seconds as people say them. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Returns the line that stands for an epoch where nobody sees curves. */
export function describeEpoch(item: EpochMetrics, epochs: number): string {
  const metrics = mainMetrics(Object.keys(item)).map((name) => {
    const value = item[name];
    return typeof value === "number" ? `  ${name} ${shortNumber(value)}` : "";
  });
  return `epoch ${item.epoch}/${epochs}${metrics.join("")}`;
}

/** Returns how far a job is, and what can be done with it. */
export function describeJob({ id, state, progress, modelId, resumable }: TrainingJob): string {
  const epochs = `after ${progress.epoch} of ${progress.epochs} epochs`;
  const model = modelId === undefined ? "" : `; its model is ${modelId}`;
  const resume =
    resumable && (state === "STOPPED" || state === "FAILED") ? "; opencomposer resume goes on with it" : "";
  return `${id} is ${state} ${epochs}${model}${resume}`;
}
