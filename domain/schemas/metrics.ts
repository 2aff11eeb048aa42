import * as z from "zod";

/** The table takes neither larger numbers exactly nor those nearer to zero, and no loss or measure means anything there. */
const maxStored = 1e15;
const minStored = 1e-100;
const storedDigits = 15;

/**
 * A number that a container reported, as the table can keep it: rounded to 15 significant digits, zero when it is next to
 * zero.
 * @returns undefined for what is not finite, or larger than 1e15
 */
export function storableNumber(value: number): number | undefined {
  if (!Number.isFinite(value) || Math.abs(value) > maxStored) return undefined;
  return Math.abs(value) < minStored ? 0 : Number(value.toPrecision(storedDigits));
}

/** Measures that a container reported: what the table cannot keep is left out. */
export function storableMetrics(metrics: Readonly<Record<string, number>>): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]) => {
      const stored = storableNumber(value);
      return stored === undefined ? [] : [[name, stored]];
    }),
  );
}

/** Named finite numbers: musical metrics and losses. Which names exist depends on the technique. */
export const metricsSchema = z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/), z.number());
export type Metrics = z.infer<typeof metricsSchema>;

/** One epoch as `GET /training-jobs/{id}/metrics` lists it. */
export const epochMetricsSchema = z.looseObject({ epoch: z.int().min(1) });
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** What of a training's reference (contracts/training-reference) is shown beside the curves. */
export const referenceSchema = z.looseObject({ metrics: z.record(z.string(), z.number()) });
