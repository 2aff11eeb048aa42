import type { SQSBatchResponse } from "aws-lambda";
import * as z from "zod";
import { parseIncomingFileKey } from "../../../naming/object-keys";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { datasetReadingSchema } from "../../aws/dataset-reading-queue";
import { readEnvironment } from "../../aws/environment";
import { type ArrivedFile, ingestFiles } from "../../datasets/ingest-files";
import { readArchiveRange } from "../../datasets/read-archive-range";
import { createDatasetFiles } from "../../stores/dataset-files";
import { createDatasets } from "../../stores/datasets";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { instrumented } from "../../telemetry/instrumented";
import { arrivedObjectSchema, messagesOf } from "../arrived-objects";

const { tableName, artifactsBucket, workBucket } = readEnvironment(["tableName", "artifactsBucket", "workBucket"]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const datasets = createDatasets({ table, now });
const datasetFiles = createDatasetFiles({ table, now });
const client = createS3Client();
const artifacts = createObjectStore({ client, bucket: artifactsBucket });
const work = createObjectStore({ client, bucket: workBucket });

/** The queue of files that arrive has what S3 tells of them; the other one has what readers are asked to do. */
const eventSchema = messagesOf(
  z.union([
    arrivedObjectSchema.transform((arrived) => ({ kind: "ARRIVED" as const, ...arrived })),
    datasetReadingSchema,
  ]),
);

/** Reads the files that have arrived for data sets, one by one or in archives. */
export const handler = instrumented("events/ingest-midi", async (event, telemetry): Promise<SQSBatchResponse> => {
  const files: ArrivedFile[] = [];
  const failed: string[] = [];
  for (const { messageId, body, attributes } of eventSchema.parse(event).Records) {
    if (body.kind === "ARRIVED") {
      const parsed = parseIncomingFileKey(body.key);
      if (parsed === undefined) telemetry.log.warn("an object that belongs to no data set", { messageId });
      else files.push({ messageId, deliveries: attributes?.ApproximateReceiveCount ?? 1, ...parsed });
      continue;
    }
    try {
      await readArchiveRange({ ...telemetry, message: body, datasets, datasetFiles, artifacts, work });
    } catch (error) {
      telemetry.log.error("files of a data set are left to the next delivery", { dataset: body.datasetId, error });
      failed.push(messageId);
    }
  }
  failed.push(...(await ingestFiles({ ...telemetry, files, datasets, datasetFiles, artifacts, work })));
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
});
