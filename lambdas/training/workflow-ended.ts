import * as z from "zod";
import type { Failure } from "../../domain/schemas/failure";
import { workflowAborted, workflowFailed, workflowTimedOut } from "../../domain/states/failures";
import { executionName } from "../../naming/resource-names";
import { endedWorkflowPatienceSeconds } from "../../naming/time-limits";
import type { UnfinalizedEnd, WorkflowExecutions } from "../aws/workflow-executions";
import { isDone } from "../stores/outcome";
import type { TrainingJobs } from "../stores/training-jobs";
import { endUnrepairedJob, type EndUnrepairedJobParams } from "./end-unrepaired-job";
import {
  recoverTrainingJob,
  type RecoverTrainingJobParams,
  type RecoverTrainingJobResult,
} from "./recover-training-job";
import { type StepInput, stepInputSchema } from "./step-input";

/** The `detail` of "Step Functions Execution Status Change", as far as it is read. */
const eventSchema = z.object({
  detail: z.object({
    name: z.string(),
    status: z.enum(["FAILED", "TIMED_OUT", "ABORTED"]),
    input: z.string().transform((text): unknown => JSON.parse(text)),
  }),
});

export type EndedStatus = z.infer<typeof eventSchema>["detail"]["status"];

const failures: Readonly<Record<EndedStatus, Failure>> = {
  FAILED: workflowFailed,
  TIMED_OUT: workflowTimedOut,
  ABORTED: workflowAborted,
};

/** An execution that failed, timed out or was aborted. */
export interface EndedWorkflow {
  readonly input: StepInput;
  /** The failure. The finalizing step adds what the owner can do about it. */
  readonly fault: Failure;
  readonly status: EndedStatus;
}

/**
 * Parses the event of an execution that has ended.
 * @throws Error when the event is not about one of our executions; the event's rule should have kept it away
 */
export function parseEndedWorkflow(event: unknown): EndedWorkflow {
  const { detail } = eventSchema.parse(event);
  const input = stepInputSchema.parse(detail.input);
  if (detail.name !== executionName(input)) throw new Error(`execution ${detail.name} has the input of another job`);
  return { input, fault: failures[detail.status], status: detail.status };
}

export interface WorkflowEndedParams
  extends
    Omit<RecoverTrainingJobParams, "input" | "fault" | "ending" | "executions" | "trainingJobs">,
    Pick<EndUnrepairedJobParams, "withinTime"> {
  readonly trainingJobs: RecoverTrainingJobParams["trainingJobs"] &
    EndUnrepairedJobParams["trainingJobs"] &
    Pick<TrainingJobs, "noteFailedRepair">;
  readonly event: unknown;
  readonly executions: Pick<WorkflowExecutions, "start" | "status">;
}

/**
 * Returns true if Step Functions says that a step ended the execution. If it cannot be asked, the result is false, and
 * the job gets its next attempt.
 */
async function hasEndedByStep(
  executions: WorkflowEndedParams["executions"],
  input: StepInput,
  log: WorkflowEndedParams["log"],
): Promise<boolean> {
  try {
    return (await executions.status(input)) === "STEP_FAILED";
  } catch (error) {
    log.error("the execution cannot be asked how it ended", { jobId: input.jobId, reason: String(error) });
    return false;
  }
}

export type WorkflowEndedResult = RecoverTrainingJobResult | { readonly outcome: "ENDED_UNREPAIRED" };

/** Seconds of the function's time that the repair may take. The rest is for the last resort. */
const repairSeconds = 35;

/**
 * Goes on with the job of an execution that has ended without finalizing it. If that fails, Lambda tries the event
 * again; when it has failed for minutes, the job is ended without being repaired. The minutes count from the first
 * failure and not from the execution's end, because an event may come late.
 * @throws what the repair throws, while there is patience left
 */
export async function workflowEnded(params: WorkflowEndedParams): Promise<WorkflowEndedResult> {
  const { event, executions, trainingJobs, now, withinTime, log } = params;
  const { input, fault, status } = parseEndedWorkflow(event);
  const owned = { sub: input.sub, id: input.jobId };
  log.warn("a workflow did not end by itself", { jobId: input.jobId, code: fault.code });
  const repair = async (): Promise<RecoverTrainingJobResult> => {
    const hasStepFailed = status === "FAILED" && (await hasEndedByStep(executions, input, log));
    const ending: UnfinalizedEnd = hasStepFailed ? "STEP_FAILED" : status === "FAILED" ? "FAILED" : "CUT_OFF";
    return await recoverTrainingJob({ ...params, input, fault, ending });
  };
  try {
    return await withinTime(repairSeconds, repair());
  } catch (error) {
    const noted = await trainingJobs.noteFailedRepair(owned);
    if (!isDone(noted) || now().getTime() - noted.value.getTime() < endedWorkflowPatienceSeconds * 1000) throw error;
    log.error("the job of an ended workflow cannot be repaired", { jobId: owned.id, reason: String(error) });
    const isEnded = await endUnrepairedJob({ ...params, owned, attempt: input.attempt });
    return { outcome: isEnded ? "ENDED_UNREPAIRED" : "SUPERSEDED" };
  }
}
