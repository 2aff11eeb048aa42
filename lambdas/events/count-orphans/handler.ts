import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { countOrphans } from "../../resources/count-orphans";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { createRowsByKey } from "../../stores/rows-by-key";
import { instrumented } from "../../telemetry/instrumented";

const { tableName, artifactsBucket, workBucket } = readEnvironment([
  "stage",
  "tableName",
  "artifactsBucket",
  "workBucket",
]);
const rows = createRowsByKey(createDynamoDBTable({ client: createDocumentClient(), tableName }));
const client = createS3Client();
const buckets = {
  artifacts: createObjectStore({ client, bucket: artifactsBucket }),
  work: createObjectStore({ client, bucket: workBucket }),
};

/** Counts orphans; a schedule invokes it once a day. It begins no page in the last quarter of the function's time. */
export const handler = instrumented("events/count-orphans", async (_event, telemetry, context) => {
  const deadline = new Date(Date.now() + 0.75 * context.getRemainingTimeInMillis());
  return await countOrphans({ buckets, rows, now: () => new Date(), deadline, ...telemetry });
});
