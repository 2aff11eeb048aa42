import * as z from "zod";

/** Named finite numbers: musical metrics and losses. Which names exist depends on the technique. */
export const metricsSchema = z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/), z.number());
export type Metrics = z.infer<typeof metricsSchema>;

/** One epoch as `GET /training-jobs/{id}/metrics` lists it. */
export const epochMetricsSchema = z.looseObject({ epoch: z.int().min(1) });
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;
