import type { SQSBatchResponse } from "aws-lambda";
import * as z from "zod";
import { freezeLeaseSeconds } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { freezingMessageSchema } from "../../aws/freezing-queue";
import { freezeVersion } from "../../datasets/freeze-version";
import { createDatasetFiles } from "../../stores/dataset-files";
import { createDatasetVersions } from "../../stores/dataset-versions";
import { createDatasets } from "../../stores/datasets";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { instrumented } from "../../telemetry/instrumented";

const { tableName, artifactsBucket } = readEnvironment(["tableName", "artifactsBucket"]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const datasets = createDatasets({ table, now });
const datasetFiles = createDatasetFiles({ table, now });
const datasetVersions = createDatasetVersions({ table, now });
const artifacts = createObjectStore({ client: createS3Client(), bucket: artifactsBucket });

const eventSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      body: z
        .string()
        .transform((text): unknown => JSON.parse(text))
        .pipe(freezingMessageSchema),
    }),
  ),
});

/** Freezes the versions that messages of the queue name. */
export const handler = instrumented("events/freeze-version", async (event, telemetry): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  for (const { messageId, body: version } of eventSchema.parse(event).Records) {
    try {
      await freezeVersion({
        ...{ ...telemetry, version, datasets, datasetFiles, datasetVersions, artifacts },
        ...{ leaseSeconds: freezeLeaseSeconds, now },
      });
    } catch (error) {
      telemetry.log.error("a version is left to the next delivery", { version: version.versionId, error });
      batchItemFailures.push({ itemIdentifier: messageId });
    }
  }
  return { batchItemFailures };
});
