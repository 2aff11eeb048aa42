import * as z from "zod";

/** What one user may have at once. A cap that is reached answers 429 with its number and when to try again. */
export const userCapsSchema = z.strictObject({
  openCompositions: z.int().min(1),
  openTrainingJobs: z.int().min(1),
  tracks: z.int().min(1),
  compositions: z.int().min(1),
  models: z.int().min(1),
});
export type UserCaps = z.infer<typeof userCapsSchema>;
/** A counter of the QUOTA item: one per cap. */
export type QuotaCounter = keyof UserCaps;
