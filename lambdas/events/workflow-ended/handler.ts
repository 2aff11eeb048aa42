import { createDocumentClient, createStepFunctionsClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { instrumented } from "../../telemetry/instrumented";
import { withinTime } from "../../training/time-limit";
import { workflowEnded } from "../../training/workflow-ended";
import { createFinalizingPorts } from "../../workflow/finalizing-ports";

const { tableName, artifactsBucket, workBucket, stateMachineArn } = readEnvironment([
  "stage",
  "tableName",
  "artifactsBucket",
  "workBucket",
  "stateMachineArn",
]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const ports = createFinalizingPorts({ table, artifactsBucket, workBucket });
const executions = createWorkflowExecutions({ client: createStepFunctionsClient(), stateMachineArn });

/**
 * Goes on with the job in its next attempt. If there is none and SageMaker still has to stop the job, the reconciler
 * finalizes it later.
 */
export const handler = instrumented(
  "events/workflow-ended",
  async (event, telemetry) => await workflowEnded({ ...ports, ...telemetry, event, executions, withinTime }),
);
