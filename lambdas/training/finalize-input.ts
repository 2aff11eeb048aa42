/**
 * Parses the workflow's data when it comes to finalize: the results of the last steps, or the error that was caught.
 */
import * as z from "zod";
import { type Failure, failureSchema } from "../../domain/schemas/failure";
import { workflowFailed } from "../../domain/states/failures";
import type { GaveUp } from "./patient-step";
import { type StepInput, stepInputSchema } from "./step-input";

const stepResultSchema = z.object({ outcome: z.string(), failure: failureSchema.optional() }).optional();

const finalizeInputSchema = stepInputSchema.extend({
  step: stepResultSchema,
  registered: stepResultSchema,
  error: z.object({ Error: z.string().optional(), Cause: z.string().optional() }).optional(),
});

export interface FinalizeInput {
  readonly input: StepInput;
  readonly failure: Failure | undefined;
  readonly fault: Failure | undefined;
  /** The unexpected error that was caught, for the log. */
  readonly caught: { readonly error: string | undefined; readonly cause: string | undefined } | undefined;
}

const maxCauseLength = 2_000;

/** Returns the input of finalizing from the workflow's data. */
export function parseFinalizeInput(data: unknown): FinalizeInput {
  const { step, registered, error, ...input } = finalizeInputSchema.parse(data);
  const gaveUp = [step, registered].some((result) => result?.outcome === ("GAVE_UP" satisfies GaveUp["outcome"]));
  return {
    input,
    failure: registered?.failure ?? step?.failure,
    fault: error !== undefined || gaveUp ? workflowFailed : undefined,
    caught: error === undefined ? undefined : { error: error.Error, cause: error.Cause?.slice(0, maxCauseLength) },
  };
}
