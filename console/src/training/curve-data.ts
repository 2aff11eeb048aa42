/** The curves of trainings: which metric stands in which chart, and the numbers of each line. */
import { trainingTexts } from "../texts/en-training";
import type { EpochMetrics, TrainingMetrics } from "./training-resources";

export type MetricName = keyof typeof trainingTexts.metrics;

export const isMetricName = (name: string): name is MetricName => name in trainingTexts.metrics;

export const isLoss = (name: string): boolean => name === "loss" || name.endsWith("Loss");

/** Metrics of music in the order in which they tell most. */
const musicOrder: readonly MetricName[] = [
  "dissonantPairShare",
  "phrasesClosed",
  "leaptIntoDissonancesPerBar",
  "scaleConsistency",
  "pitchClassesUsed",
  "qualifiedNoteRate",
  "grooveConsistency",
  "polyphonicRate",
  "tonalDistance",
  "emptyBarRate",
  "pitchesUsed",
];

export interface MetricNames {
  readonly losses: readonly MetricName[];
  readonly music: readonly MetricName[];
  readonly hasSimilarityIndex: boolean;
}

/** Returns the metrics that at least one epoch has, in the order in which they are shown. */
export function metricNamesIn(epochs: readonly EpochMetrics[]): MetricNames {
  const names = new Set(epochs.flatMap((epoch) => Object.keys(epoch)));
  const known = (Object.keys(trainingTexts.metrics) as MetricName[]).filter((name) => names.has(name));
  return {
    losses: known.filter(isLoss),
    music: musicOrder.filter((name) => names.has(name)),
    hasSimilarityIndex: names.has("similarityIndex"),
  };
}

/** The value of a metric after an epoch, or null where it was not measured. */
export function valueOf(epoch: EpochMetrics | undefined, name: string): number | null {
  const value: unknown = epoch?.[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Fewer epochs are shown without a band: every value can be seen by itself. */
const leastEpochsOfBand = 20;
const bandShare = 0.05;

/** The least and the most of the epochs around each epoch, in place of a smoothed line, which would invent features. */
export function bandOf(
  values: readonly (number | null)[],
): { readonly low: (number | null)[]; readonly high: (number | null)[] } | undefined {
  if (values.length < leastEpochsOfBand) return undefined;
  const reach = Math.max(1, Math.round((values.length * bandShare) / 2));
  const around = values.map((_value, index) =>
    values.slice(Math.max(0, index - reach), index + reach + 1).filter((value) => value !== null),
  );
  return {
    low: around.map((near) => (near.length === 0 ? null : Math.min(...near))),
    high: around.map((near) => (near.length === 0 ? null : Math.max(...near))),
  };
}

/** Trainings over one another: all their epochs, and the values of each training, null where it has no such epoch. */
export function overlay(
  trainings: readonly Pick<TrainingMetrics, "items">[],
  name: string,
): { readonly epochs: readonly number[]; readonly values: readonly (readonly (number | null)[])[] } {
  const epochs = [...new Set(trainings.flatMap(({ items }) => items.map(({ epoch }) => epoch)))].sort((a, b) => a - b);
  const values = trainings.map(({ items }) => {
    const byEpoch = new Map(items.map((item) => [item.epoch, item]));
    return epochs.map((epoch) => valueOf(byEpoch.get(epoch), name));
  });
  return { epochs, values };
}

/** A number of a metric in as many digits as mean something. */
export function metricNumber(value: number): string {
  const digits = Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3;
  return value.toFixed(digits);
}
