import { createDocumentClient, createStepFunctionsClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createOpenWork } from "../../stores/open-work";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { observed } from "../../telemetry/observed";
import { createSettlingPorts } from "../../training/finalizing-ports";
import { within } from "../../training/within";
import { workflowEnded } from "../../training/workflow-ended";

const environment = readEnvironment(["stage", "tableName", "artefactsBucket", "workBucket", "stateMachineArn"]);
const ports = createSettlingPorts(environment);
const openWork = createOpenWork({
  table: createDynamoDBTable({ client: createDocumentClient(), tableName: environment.tableName }),
  now: () => new Date(),
});
const executions = createWorkflowExecutions({
  client: createStepFunctionsClient(),
  stateMachineArn: environment.stateMachineArn,
});

/** The next attempt goes on; if there is none, a job that SageMaker still has to stop is settled by the sweeper later. */
export const handler = observed(
  "events/workflow-ended",
  async (event, telemetry) => await workflowEnded({ ...ports, ...telemetry, event, executions, openWork, within }),
);
