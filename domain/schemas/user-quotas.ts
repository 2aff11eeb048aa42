import * as z from "zod";

/**
 * The maximum amounts that one user may have at once. When a quota is reached, the API responds with 429, the quota's
 * number and the time after which to try again.
 *
 * `models` counts the models of the user, and one more for every unfinished training job, which may become one.
 * `trainingJobs` counts the jobs that are kept, finished or not.
 * `datasets` counts data sets. How much each of them may hold is a limit of its own (domain/datasets/limits.ts).
 * `storedBytes` counts the bytes of tracks and models, which a user can make large. A composition's files and a
 * training job's progress and samples are bounded by the numbers of compositions and jobs. A training may end with a
 * model that takes its owner over the quota, because hours of work are not thrown away for that. No new job is accepted
 * until there is room again.
 */
export const userQuotasSchema = z.strictObject({
  openCompositions: z.int().min(1),
  openTrainingJobs: z.int().min(1),
  tracks: z.int().min(1),
  compositions: z.int().min(1),
  models: z.int().min(1),
  trainingJobs: z.int().min(1),
  storedBytes: z.int().min(1),
  datasets: z.int().min(1),
});
export type UserQuotas = z.infer<typeof userQuotasSchema>;
export const quotaCounterSchema = userQuotasSchema.keyof();
/** The name of a counter in the QUOTA item; each quota has one. */
export type QuotaCounter = z.infer<typeof quotaCounterSchema>;
/** The amounts by which counters are incremented or decremented. */
export const quotaAmountsSchema = z.partialRecord(quotaCounterSchema, z.int().min(0));
export type QuotaAmounts = z.infer<typeof quotaAmountsSchema>;
