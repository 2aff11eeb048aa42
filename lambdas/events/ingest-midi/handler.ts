import type { SQSBatchResponse } from "aws-lambda";
import * as z from "zod";
import { parseIncomingFileKey } from "../../../naming/object-keys";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { ingestFiles } from "../../datasets/ingest-files";
import { createDatasetFiles } from "../../stores/dataset-files";
import { createDatasets } from "../../stores/datasets";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { instrumented } from "../../telemetry/instrumented";

const { tableName, artifactsBucket, workBucket } = readEnvironment(["tableName", "artifactsBucket", "workBucket"]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const datasets = createDatasets({ table, now });
const datasetFiles = createDatasetFiles({ table, now });
const client = createS3Client();
const artifacts = createObjectStore({ client, bucket: artifactsBucket });
const work = createObjectStore({ client, bucket: workBucket });

/** S3 tells the event bus of a new object; the rule puts what it tells into the queue as it is. */
const messageSchema = z.object({ detail: z.object({ object: z.object({ key: z.string() }) }) });
const eventSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      body: z
        .string()
        .transform((text): unknown => JSON.parse(text))
        .pipe(messageSchema),
    }),
  ),
});

/** Reads the files that have arrived for data sets. */
export const handler = instrumented("events/ingest-midi", async (event, telemetry): Promise<SQSBatchResponse> => {
  const files = eventSchema.parse(event).Records.flatMap(({ messageId, body }) => {
    const parsed = parseIncomingFileKey(body.detail.object.key);
    if (parsed === undefined) telemetry.log.warn("an object that belongs to no data set", { messageId });
    return parsed === undefined ? [] : [{ messageId, ...parsed }];
  });
  const failed = await ingestFiles({ ...telemetry, files, datasets, datasetFiles, artifacts, work });
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
});
