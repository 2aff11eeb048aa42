/** Executions of the training workflow, one per attempt of a job. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from "@aws-sdk/client-sfn";
import { executionName } from "../../naming/resource-names";

export interface WorkflowInput {
  readonly sub: string;
  readonly jobId: string;
  readonly attempt: number;
}

/** How an execution ended that did not finalize its job. */
export type UnfinalizedEnd =
  /** A step of it failed for as long as a step is tried, and finalizing failed as well. */
  | "STEP_FAILED"
  /** It failed in any other way of its own: as a rule, only finalizing failed. */
  | "FAILED"
  /** It was cut off from outside: by an operator, by its own time-out, by a restart of the local cloud. */
  | "CUT_OFF";

/** CUT_OFF is also said of an execution that has finalized its job: nobody asks about those. */
export type ExecutionStatus = "NOT_STARTED" | "RUNNING" | UnfinalizedEnd;

/** The error of the workflow's Fail state for a step that failed. */
const stepFailed = "StepFailed";
/** What the local cloud gives an execution that ran when it was stopped. On AWS nothing fails an execution from outside. */
const localRestart = "States.ServiceRestart";

export interface WorkflowExecutions {
  /** The name is the attempt's: to start it again, while it runs or after it has ended, changes nothing. */
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
            // The same bytes every time: a redelivery with another input would be another request.
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
