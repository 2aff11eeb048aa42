/** Executions of the training workflow. Each attempt of a job has one. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { executionName } from "../../naming/resource-names";

/** The input of an execution: an attempt of a job. */
export interface WorkflowInput {
  readonly sub: string;
  readonly jobId: string;
  readonly attempt: number;
}

/** The end of an execution that did not finalize its job. */
export type UnfinalizedEnd =
  /** A step failed for as long as a step is tried, and finalizing failed as well. */
  | "STEP_FAILED"
  /** It failed in another way of its own: as a rule, only finalizing failed. */
  | "FAILED"
  /** It was cut off from outside: by an operator, by its time-out, or by a restart of the local cloud. */
  | "CUT_OFF";

/**
 * The state of an execution. An execution that has finalized its job may be CUT_OFF, too, but nobody asks about those.
 */
export type ExecutionStatus = "NOT_STARTED" | "RUNNING" | UnfinalizedEnd;

/** The error of the workflow's Fail state for a step that failed. */
const stepFailed = "StepFailed";
/**
 * The error that the local cloud gives an execution that was running when the cloud was stopped. On AWS nothing fails
 * an execution from outside.
 */
const localRestart = "States.ServiceRestart";

export interface WorkflowExecutions {
  /**
   * Starts the execution of an attempt. It is named after the attempt, so that starting it again changes nothing,
   * whether it runs or has ended.
   */
  start(input: WorkflowInput): Promise<void>;
  status(input: WorkflowInput): Promise<ExecutionStatus>;
}

export function createWorkflowExecutions(params: {
  readonly client: SFNClient;
  readonly stateMachineArn: string;
}): WorkflowExecutions {
  const { client, stateMachineArn } = params;
  return {
    async start({ sub, jobId, attempt }) {
      try {
        await client.send(
          new StartExecutionCommand({
            stateMachineArn,
            name: executionName({ jobId, attempt }),
            // The input has the same bytes every time, because a redelivery with another input would be another
            // request.
            input: JSON.stringify({ sub, jobId, attempt }),
          }),
        );
      } catch (error) {
        if (!(error instanceof ExecutionAlreadyExists)) throw error;
      }
    },

    async status({ jobId, attempt }) {
      const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${executionName({ jobId, attempt })}`;
      try {
        const { status, error } = await client.send(new DescribeExecutionCommand({ executionArn }));
        if (status === "RUNNING" || status === "PENDING_REDRIVE") return "RUNNING";
        if (status !== "FAILED" || error === localRestart) return "CUT_OFF";
        return error === stepFailed ? "STEP_FAILED" : "FAILED";
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return "NOT_STARTED";
        throw error;
      }
    },
  };
}
