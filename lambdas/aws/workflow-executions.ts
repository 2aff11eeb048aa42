/** Executions of the training workflow, one per attempt of a job. */
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  StartExecutionCommand,
  type SFNClient,
} from "@aws-sdk/client-sfn";
import { executionName } from "../../domain/names/resource-names";

export interface WorkflowInput {
  readonly sub: string;
  readonly jobId: string;
  readonly attempt: number;
}

/** SETTLING_FAILED: it came to its own failing end. ENDED: in any other way, for example cut off by a restart. */
export type ExecutionStatus = "NOT_STARTED" | "RUNNING" | "SETTLING_FAILED" | "ENDED";

/** The error of the workflow's Fail state. */
const settlingFailed = "SettlingFailed";

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
        return error === settlingFailed ? "SETTLING_FAILED" : "ENDED";
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return "NOT_STARTED";
        throw error;
      }
    },
  };
}
