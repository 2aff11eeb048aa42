import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createRowsByKey } from "../../stores/rows-by-key";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { observed } from "../../telemetry/observed";
import { countOrphans } from "../../resources/count-orphans";
import { createObjectStore } from "../../stores/objects";

const { tableName, artefactsBucket, workBucket } = readEnvironment([
  "stage",
  "tableName",
  "artefactsBucket",
  "workBucket",
]);
const rows = createRowsByKey(createDynamoDBTable({ client: createDocumentClient(), tableName }));
const client = createS3Client();
const buckets = {
  artefacts: createObjectStore({ client, bucket: artefactsBucket }),
  work: createObjectStore({ client, bucket: workBucket }),
};

export const handler = observed("events/count-orphans", async (_event, telemetry, context) => {
  const deadline = new Date(Date.now() + 0.75 * context.getRemainingTimeInMillis());
  return await countOrphans({ buckets, rows, now: () => new Date(), deadline, ...telemetry });
});
