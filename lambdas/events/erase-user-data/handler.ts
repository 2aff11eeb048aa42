import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { continueErasures } from "../../erasure/continue-erasures";
import { quietSeconds } from "../../erasure/erase-user-data";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createErasures } from "../../stores/erasures";
import { createObjectVersions } from "../../stores/object-versions";
import { createRowsOfUser } from "../../stores/rows-of-user";
import { createSlots } from "../../stores/slots";
import { createTickets } from "../../stores/tickets";
import { createTrainingJobs } from "../../stores/training-jobs";
import { instrumented } from "../../telemetry/instrumented";

const { stage, tableName, artifactsBucket, workBucket } = readEnvironment([
  "stage",
  "tableName",
  "artifactsBucket",
  "workBucket",
]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const client = createS3Client();
const ports = {
  erasures: createErasures({ table, now }),
  rowsOfUser: createRowsOfUser(table),
  trainingJobs: createTrainingJobs({ table, now }),
  slots: createSlots(table),
  tickets: createTickets(table),
  buckets: {
    artifacts: createObjectVersions({ client, bucket: artifactsBucket }),
    work: createObjectVersions({ client, bucket: workBucket }),
  },
  quietSeconds: stage === "local" ? quietSeconds.local : quietSeconds.aws,
  random: Math.random,
  now,
};

/** Goes on with every erasure; a schedule invokes it. It begins nothing in the last quarter of the function's time. */
export const handler = instrumented("events/erase-user-data", async (_event, telemetry, context) => {
  const deadline = new Date(Date.now() + 0.75 * context.getRemainingTimeInMillis());
  return await continueErasures({ ...ports, ...telemetry, deadline });
});
