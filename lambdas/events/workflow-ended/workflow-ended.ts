import * as z from "zod";
import { executionName } from "../../../domain/names/resource-names";
import { endedWorkflowPatienceSeconds } from "../../../domain/names/time-limits";
import type { Failure } from "../../../domain/schemas/failure";
import type { UnsettledEnd, WorkflowExecutions } from "../../aws/workflow-executions";
import { endUnrepairedJob, type EndUnrepairedJobParams } from "../../workflow/end-unrepaired-job";
import {
  recoverTrainingJob,
  type RecoverTrainingJobAnswer,
  type RecoverTrainingJobParams,
} from "../../workflow/recover-training-job";
import { workflowFault } from "../../workflow/settle-training-job/settle-input";
import { stepInputSchema, type StepInput } from "../../workflow/step-input";

/** The `detail` of "Step Functions Execution Status Change", as far as it is read. */
const eventSchema = z.object({
  /** When the execution ended. */
  time: z.iso.datetime({ offset: true }),
  detail: z.object({
    name: z.string(),
    status: z.enum(["FAILED", "TIMED_OUT", "ABORTED"]),
    input: z.string().transform((text): unknown => JSON.parse(text)),
  }),
});

export type EndedStatus = z.infer<typeof eventSchema>["detail"]["status"];

const failures: Readonly<Record<EndedStatus, Failure>> = {
  FAILED: workflowFault,
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
  readonly status: EndedStatus;
  readonly endedAt: Date;
}

/** @throws when the event is not about one of our executions, which its rule should have kept away */
export function parseEndedWorkflow(event: unknown): EndedWorkflow {
  const { detail, time } = eventSchema.parse(event);
  const input = stepInputSchema.parse(detail.input);
  if (detail.name !== executionName(input)) throw new Error(`execution ${detail.name} has the input of another job`);
  return { input, fault: failures[detail.status], status: detail.status, endedAt: new Date(time) };
}

export interface WorkflowEndedParams
  extends
    Omit<RecoverTrainingJobParams, "input" | "fault" | "ending" | "executions">,
    Pick<EndUnrepairedJobParams, "openWork" | "within"> {
  readonly event: unknown;
  readonly executions: Pick<WorkflowExecutions, "start" | "status">;
}

export type WorkflowEndedAnswer = RecoverTrainingJobAnswer | { readonly outcome: "ENDED_UNREPAIRED" };

/** Of the function's time: the rest is for the last resort. */
const repairSeconds = 35;

/**
 * Goes on with the job of an execution that has ended without settling it. Lambda tries an event again that could not be
 * dealt with; when that has gone on for minutes, the job is ended without being repaired.
 * @throws what the repair throws, while there is patience left
 */
export async function workflowEnded(params: WorkflowEndedParams): Promise<WorkflowEndedAnswer> {
  const { event, executions, now, within, log } = params;
  const { input, fault, status, endedAt } = parseEndedWorkflow(event);
  log.warn("a workflow did not end by itself", { jobId: input.jobId, code: fault.code });
  const repair = async (): Promise<RecoverTrainingJobAnswer> => {
    const hasStepFailed = status === "FAILED" && (await executions.status(input)) === "STEP_FAILED";
    const ending: UnsettledEnd = hasStepFailed ? "STEP_FAILED" : status === "FAILED" ? "FAILED" : "CUT_OFF";
    return await recoverTrainingJob({ ...params, input, fault, ending });
  };
  try {
    return await within(repairSeconds, repair());
  } catch (error) {
    if (now().getTime() - endedAt.getTime() < endedWorkflowPatienceSeconds * 1000) throw error;
    log.error("the job of an ended workflow cannot be repaired", { jobId: input.jobId, reason: String(error) });
    await endUnrepairedJob({ ...params, of: { sub: input.sub, id: input.jobId } });
    return { outcome: "ENDED_UNREPAIRED" };
  }
}
