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

export type ExecutionStatus = "NOT_STARTED" | "RUNNING" | "ENDED";

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
        const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
        return status === "RUNNING" || status === "PENDING_REDRIVE" ? "RUNNING" : "ENDED";
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return "NOT_STARTED";
        throw error;
      }
    },
  };
}
