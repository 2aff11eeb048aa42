import { createDocumentClient, createQueueClient, createS3Client, createStepFunctionsClient } from "../../aws/clients";
import { createCompositionQueue } from "../../aws/composition-queue";
import { readEnvironment } from "../../aws/environment";
import { createCompositions } from "../../stores/compositions";
import { createOpenWork } from "../../stores/open-work";
import { createPendingChanges } from "../../stores/pending-changes";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createWorkflowExecutions } from "../../aws/workflow-executions";
import { observed } from "../../telemetry/observed";
import { createSettlingPorts } from "../../training/finalizing-ports";
import { sweepOpenWork, sweepPatience } from "../../open-work/reconcile-open-work";
import { createObjectStore } from "../../stores/objects";
import { within } from "../../training/within";

const environment = readEnvironment([
  "stage",
  "tableName",
  "artefactsBucket",
  "workBucket",
  "compositionQueueUrl",
  "stateMachineArn",
]);
const { stage, tableName, compositionQueueUrl, stateMachineArn } = environment;
const ports = createSettlingPorts(environment);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const openWork = createOpenWork({ table, now: ports.now });
const pendingChanges = createPendingChanges({ table, now: ports.now });
const objects = createS3Client();
const removal = {
  artefacts: createObjectStore({ client: objects, bucket: environment.artefactsBucket }),
  work: createObjectStore({ client: objects, bucket: environment.workBucket }),
};
const compositions = createCompositions({ table, now: ports.now });
const queue = createCompositionQueue({ client: createQueueClient(), queueUrl: compositionQueueUrl });
const executions = createWorkflowExecutions({ client: createStepFunctionsClient(), stateMachineArn });
const patience = stage === "local" ? sweepPatience.local : sweepPatience.aws;

/** Settling one job may take a while: nothing is begun in the last quarter of the function's time. */
export const handler = observed("events/sweep-open-work", async (_event, telemetry, context) => {
  const deadline = new Date(Date.now() + 0.75 * context.getRemainingTimeInMillis());
  return await sweepOpenWork({
    ...ports,
    ...telemetry,
    openWork,
    compositions,
    queue,
    executions,
    pendingChanges,
    removal,
    patience,
    deadline,
    within,
  });
});
