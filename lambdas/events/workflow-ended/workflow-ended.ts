import * as z from "zod";
import { executionName } from "../../../domain/names/resource-names";
import type { Failure } from "../../../domain/schemas/failure";
import { stepInputSchema, type StepInput } from "../../workflow/step-input";

/** The `detail` of "Step Functions Execution Status Change", as far as it is read. */
const eventSchema = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(["FAILED", "TIMED_OUT", "ABORTED"]),
    input: z.string().transform((text): unknown => JSON.parse(text)),
  }),
});

const failures: Readonly<Record<z.infer<typeof eventSchema>["detail"]["status"], Failure>> = {
  FAILED: {
    code: "WORKFLOW_FAILED",
    message: "The training could not be carried out: a fault of the service.",
    retryable: true,
  },
  TIMED_OUT: {
    code: "WORKFLOW_TIMED_OUT",
    message: "The training took longer than the service allows.",
    retryable: true,
  },
  ABORTED: {
    code: "WORKFLOW_ABORTED",
    message: "An operator ended the training.",
    retryable: true,
  },
};

export interface EndedWorkflow {
  readonly input: StepInput;
  /** What its owner can do then is added by the settling step. */
  readonly fault: Failure;
  /** Not cut off by an operator, a time-out or a restart. */
  readonly failedByItself: boolean;
}

/** @throws when the event is not about one of our executions, which its rule should have kept away */
export function parseEndedWorkflow(event: unknown): EndedWorkflow {
  const { detail } = eventSchema.parse(event);
  const input = stepInputSchema.parse(detail.input);
  if (detail.name !== executionName(input)) throw new Error(`execution ${detail.name} has the input of another job`);
  return { input, fault: failures[detail.status], failedByItself: detail.status === "FAILED" };
}
