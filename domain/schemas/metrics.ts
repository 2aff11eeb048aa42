import * as z from "zod";

/**
 * The largest number that the table stores exactly, and the smallest that it can tell from zero. No loss or metric
 * means anything beyond them.
 */
const maxStored = 1e15;
const minStored = 1e-100;
const storedDigits = 15;

/**
 * Returns a container's number as the table can keep it: rounded to 15 significant digits, and zero if it is next to
 * zero.
 * @returns undefined if the number is not finite, or larger than 1e15
 */
export function storableNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || Math.abs(value) > maxStored) return undefined;
  return Math.abs(value) < minStored ? 0 : Number(value.toPrecision(storedDigits));
}

/** Returns the metrics that a container reported, without those that the table cannot keep. */
export function storableMetrics(metrics: Readonly<Record<string, number>>): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]) => {
      const stored = storableNumber(value);
      return stored === undefined ? [] : [[name, stored]];
    }),
  );
}

/** Finite numbers by their names: musical metrics and losses. Which names exist depends on the technique. */
export const metricsSchema = z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/), z.number());
export type Metrics = z.infer<typeof metricsSchema>;

/** One epoch as `GET /training-jobs/{id}/metrics` lists it. */
export const epochMetricsSchema = z.looseObject({ epoch: z.int().min(1) });
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** The part of a training's reference (contracts/training-reference) that is shown beside the curves. */
export const referenceSchema = z.looseObject({ metrics: z.record(z.string(), z.number()) });
