/** The input of the workflow's execution, which every step gets. The results of the steps before it are beside it. */
import * as z from "zod";
import { ulidSchema } from "../../domain/schemas/ids";
import type { JobAttempt } from "../stores/training-jobs";

export const stepInputSchema = z.object({
  sub: z.string().min(1).max(128),
  jobId: ulidSchema,
  attempt: z.int().min(1),
});
export type StepInput = z.infer<typeof stepInputSchema>;

export const jobAttempt = ({ sub, jobId, attempt }: StepInput): JobAttempt => ({ sub, id: jobId, attempt });
