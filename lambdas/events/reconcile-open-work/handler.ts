import { createDocumentClient, createQueueClient, createStepFunctionsClient } from "../../aws/clients";
import { createCompositionQueue } from "../../aws/composition-queue";
import { readEnvironment } from "../../aws/environment";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { reconcileOpenWork, reconcilePatience } from "../../open-work/reconcile-open-work";
import { createCompositions } from "../../stores/compositions";
import { createDatasetFiles } from "../../stores/dataset-files";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createPendingChanges } from "../../stores/pending-changes";
import { instrumented } from "../../telemetry/instrumented";
import { withinTime } from "../../training/time-limit";
import { createFinalizingPorts } from "../../workflow/finalizing-ports";

const { stage, tableName, artifactsBucket, workBucket, compositionQueueUrl, stateMachineArn } = readEnvironment([
  "stage",
  "tableName",
  "artifactsBucket",
  "workBucket",
  "compositionQueueUrl",
  "stateMachineArn",
]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const ports = createFinalizingPorts({ table, artifactsBucket, workBucket });
const pendingChanges = createPendingChanges({ table, now: ports.now });
const datasetFiles = createDatasetFiles({ table, now: ports.now });
const compositions = createCompositions({ table, now: ports.now });
const queue = createCompositionQueue({ client: createQueueClient(), queueUrl: compositionQueueUrl });
const executions = createWorkflowExecutions({ client: createStepFunctionsClient(), stateMachineArn });
const patience = stage === "local" ? reconcilePatience.local : reconcilePatience.aws;

/**
 * Reconciles open work. It begins nothing in the last quarter of the function's time, because finalizing one job may
 * take a while.
 */
export const handler = instrumented("events/reconcile-open-work", async (_event, telemetry, context) => {
  const deadline = new Date(Date.now() + 0.75 * context.getRemainingTimeInMillis());
  return await reconcileOpenWork({
    ...ports,
    ...telemetry,
    compositions,
    queue,
    executions,
    pendingChanges,
    removal: { ...ports, datasetFiles },
    patience,
    deadline,
    withinTime,
  });
});
