import { createDocumentClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { parseFinalizeInput } from "../../training/finalize-input";
import { finalizeTrainingJob } from "../../training/finalize-training-job";
import { createFinalizingPorts } from "../finalizing-ports";
import { instrumentedStep } from "../instrumented-step";

const { tableName, artifactsBucket, workBucket } = readEnvironment([
  "stage",
  "tableName",
  "artifactsBucket",
  "workBucket",
]);
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const ports = createFinalizingPorts({ table, artifactsBucket, workBucket });

/** Writes the final state of an execution's training job, and frees what the job held. */
export const handler = instrumentedStep("workflow/finalize-training-job", async (data, telemetry) => {
  const { input, failure, fault, caught } = parseFinalizeInput(data);
  if (caught !== undefined) telemetry.log.error("a step failed unexpectedly", caught);
  return await finalizeTrainingJob({ ...ports, ...telemetry, input, failure, fault });
});
