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
    message: "The training could not be carried out: a fault of the service. What was trained so far may be resumed.",
    retryable: true,
  },
  TIMED_OUT: {
    code: "WORKFLOW_TIMED_OUT",
    message: "The training took longer than the service allows. What was trained so far may be resumed.",
    retryable: true,
  },
  ABORTED: {
    code: "WORKFLOW_ABORTED",
    message: "An operator ended the training. What was trained so far may be resumed.",
    retryable: true,
  },
};

export interface EndedWorkflow {
  readonly input: StepInput;
  readonly fault: Failure;
}

/** @throws when the event is not about one of our executions, which its rule should have kept away */
export function parseEndedWorkflow(event: unknown): EndedWorkflow {
  const { detail } = eventSchema.parse(event);
  const input = stepInputSchema.parse(detail.input);
  if (detail.name !== executionName(input)) throw new Error(`execution ${detail.name} has the input of another job`);
  return { input, fault: failures[detail.status] };
}
