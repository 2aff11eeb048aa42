import type { MetricName } from "../training/curve-data";

export interface Figure {
  readonly name: MetricName;
  readonly value: number;
  readonly reference: number | undefined;
}

/** The figures of a model in the order in which they tell most. */
const order: readonly MetricName[] = [
  "dissonantPairShare",
  "phrasesClosed",
  "leaptIntoDissonancesPerBar",
  "scaleConsistency",
  "pitchClassesUsed",
  "qualifiedNoteRate",
  "grooveConsistency",
];

/** Returns the figures of music that a model has, each with that of the data where it is known. */
export const figuresOf = (
  metrics: Readonly<Record<string, number>>,
  reference: Readonly<Record<string, number>>,
): readonly Figure[] =>
  order.flatMap((name) => {
    const value = metrics[name];
    return value === undefined ? [] : [{ name, value, reference: reference[name] }];
  });

/** Returns the bytes of a file in megabytes, to one digit. */
export const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1);
