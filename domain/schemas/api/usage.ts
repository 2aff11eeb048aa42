import * as z from "zod";
import type { userQuotasSchema } from "../user-quotas";

const amounts = {
  openCompositions: z.int().min(0).meta({
    description:
      "Compositions that have not ended. The variations of one request count as one until the last of them has ended.",
  }),
  openTrainingJobs: z.int().min(0).meta({ description: "Training jobs that have not ended." }),
  tracks: z.int().min(0),
  compositions: z.int().min(0),
  models: z.int().min(0).meta({
    description: "Models of your own, and one for each training job that has not ended, because it may become one.",
  }),
  trainingJobs: z.int().min(0).meta({ description: "Training jobs that are kept, whether or not they have ended." }),
  storedBytes: z.int().min(0).meta({ description: "Bytes of tracks and models together." }),
  datasets: z.int().min(0).meta({ description: "Data sets of your own." }),
} satisfies Record<keyof z.infer<typeof userQuotasSchema>, z.ZodType>;

export const usageSchema = z
  .object({
    quotas: z
      .object(amounts)
      .meta({ id: "Quotas", description: "The maximum of each thing that you may have at once." }),
    used: z.object(amounts).meta({
      id: "UsedQuotas",
      description:
        "What you have of each now. Where it is as much as the quota, a request that takes more gets 429 `USER_QUOTA_REACHED`. It " +
        "can be more than the quota: a training may end with a model that takes you over, and an operator may lower a quota.",
    }),
  })
  .meta({ id: "Usage" });
