import { createDocumentClient, createQueueClient, createStepFunctionsClient } from "../../aws/clients";
import { createCompositionQueue } from "../../aws/composition-queue";
import { readEnvironment } from "../../aws/environment";
import { createFreezingQueue } from "../../aws/freezing-queue";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { reconcileOpenWork, reconcilePatience } from "../../open-work/reconcile-open-work";
import { createCompositions } from "../../stores/compositions";
import { createDatasetFiles } from "../../stores/dataset-files";
import { createDatasetVersions } from "../../stores/dataset-versions";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createModels } from "../../stores/models";
import { createPendingChanges } from "../../stores/pending-changes";
import { instrumented } from "../../telemetry/instrumented";
import { withinTime } from "../../training/time-limit";
import { createFinalizingPorts } from "../../workflow/finalizing-ports";

const { stage, tableName, artifactsBucket, workBucket, compositionQueueUrl, freezingQueueUrl, stateMachineArn } =
  readEnvironment([
    "stage",
    "tableName",
    "artifactsBucket",
    "workBucket",
    "compositionQueueUrl",
    "freezingQueueUrl",
    "stateMachineArn",
  ]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const ports = createFinalizingPorts({ table, artifactsBucket, workBucket });
const pendingChanges = createPendingChanges({ table, now: ports.now });
const datasetFiles = createDatasetFiles({ table, now: ports.now });
const datasetVersions = createDatasetVersions({ table, now: ports.now });
const models = createModels({ table, now: ports.now });
const compositions = createCompositions({ table, now: ports.now });
const client = createQueueClient();
const queue = createCompositionQueue({ client, queueUrl: compositionQueueUrl });
const freezingQueue = createFreezingQueue({ client, queueUrl: freezingQueueUrl });
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
    datasetVersions,
    freezingQueue,
    executions,
    pendingChanges,
    removal: { ...ports, datasetFiles, datasetVersions, models },
    patience,
    deadline,
    withinTime,
  });
});
