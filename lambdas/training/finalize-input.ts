/** What stands in the workflow's data when it comes to settle: what the last steps said, or the error that was caught. */
import * as z from "zod";
import { failureSchema, type Failure } from "../../domain/schemas/failure";
import type { GaveUp } from "./patient-step";
import { stepInputSchema, type StepInput } from "./step-input";

const saidSchema = z.object({ outcome: z.string(), failure: failureSchema.optional() }).optional();

const settleInputSchema = stepInputSchema.extend({
  step: saidSchema,
  registered: saidSchema,
  error: z.object({ Error: z.string().optional(), Cause: z.string().optional() }).optional(),
});

export interface SettleInput {
  readonly input: StepInput;
  readonly failure: Failure | undefined;
  readonly fault: Failure | undefined;
  /** Of an unexpected error: for the log. */
  readonly caught: { readonly error: string | undefined; readonly cause: string | undefined } | undefined;
}

/** What its owner can do then is added by the settling step. */
export const workflowFault: Failure = {
  code: "WORKFLOW_FAILED",
  message: "The training could not be carried out: a fault of the service.",
  retryable: true,
};

const longestCause = 2_000;

export function parseSettleInput(data: unknown): SettleInput {
  const { step, registered, error, ...input } = settleInputSchema.parse(data);
  const gaveUp = [step, registered].some((said) => said?.outcome === ("GAVE_UP" satisfies GaveUp["outcome"]));
  return {
    input,
    failure: registered?.failure ?? step?.failure,
    fault: error !== undefined || gaveUp ? workflowFault : undefined,
    caught: error === undefined ? undefined : { error: error.Error, cause: error.Cause?.slice(0, longestCause) },
  };
}
