import { parseIncomingArchiveKey } from "../../../naming/object-keys";
import { createDocumentClient, createQueueClient, createS3Client } from "../../aws/clients";
import { createDatasetReadingQueue } from "../../aws/dataset-reading-queue";
import { readEnvironment } from "../../aws/environment";
import { openArchive } from "../../datasets/open-archive";
import { createDatasetFiles } from "../../stores/dataset-files";
import { createDatasets } from "../../stores/datasets";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { instrumented } from "../../telemetry/instrumented";
import { arrivedObjectSchema, messagesOf } from "../arrived-objects";

const { tableName, workBucket, datasetReadingQueueUrl } = readEnvironment([
  "tableName",
  "workBucket",
  "datasetReadingQueueUrl",
]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const ports = {
  datasets: createDatasets({ table, now }),
  datasetFiles: createDatasetFiles({ table, now }),
  work: createObjectStore({ client: createS3Client(), bucket: workBucket }),
  queue: createDatasetReadingQueue({ client: createQueueClient(), queueUrl: datasetReadingQueueUrl }),
};
const eventSchema = messagesOf(arrivedObjectSchema);

/** Opens the archives that have arrived for data sets. The queue delivers one at a time. */
export const handler = instrumented("events/open-archive", async (event, { log }): Promise<void> => {
  for (const { messageId, body } of eventSchema.parse(event).Records) {
    const arrived = parseIncomingArchiveKey(body.key);
    if (arrived === undefined) log.warn("an object that belongs to no data set", { messageId });
    else await openArchive({ ...ports, arrived, log });
  }
});
