import type { SQSBatchResponse } from "aws-lambda";
import * as z from "zod";
import {
  createDocumentClient,
  createQueueClient,
  createS3Client,
  createSageMakerRuntimeClient,
} from "../../aws/clients";
import { compositionMessageSchema, createCompositionQueue } from "../../aws/composition-queue";
import { createEndpointInvoker } from "../../aws/endpoint-invoker";
import { readEnvironment } from "../../aws/environment";
import { executeComposition, retrySeconds } from "../../compositions/execute-composition";
import { repeatedly } from "../../compositions/worker-lease";
import { createCompositions } from "../../stores/compositions";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createPresigningObjectStore } from "../../stores/presigned-urls";
import { createTracks } from "../../stores/tracks";
import { instrumented } from "../../telemetry/instrumented";

const { stage, tableName, artifactsBucket, compositionQueueUrl } = readEnvironment([
  "stage",
  "tableName",
  "artifactsBucket",
  "compositionQueueUrl",
]);
const now = () => new Date();
const table = createDynamoDBTable({ client: createDocumentClient(), tableName });
const compositions = createCompositions({ table, now });
const tracks = createTracks({ table, now });
const artifacts = createPresigningObjectStore({ client: createS3Client(), bucket: artifactsBucket, now });
const endpoint = createEndpointInvoker({ client: createSageMakerRuntimeClient() });
const queue = createCompositionQueue({ client: createQueueClient(), queueUrl: compositionQueueUrl });

/**
 * Seconds for which a model's URL works: longer than one call of the endpoint, and too short for anybody else to use
 * it.
 */
const urlLifeSeconds = 300;
const presign = async (key: string): Promise<string> => (await artifacts.presign(key, urlLifeSeconds)).url;

const eventSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z
        .string()
        .transform((text): unknown => JSON.parse(text))
        .pipe(compositionMessageSchema),
      attributes: z.object({
        ApproximateFirstReceiveTimestamp: z.coerce.number(),
        ApproximateReceiveCount: z.coerce.number().min(1).catch(1),
      }),
    }),
  ),
});

/** Executes the compositions that messages of the composition queue name. */
export const handler = instrumented(
  "events/execute-composition",
  async (event, telemetry): Promise<SQSBatchResponse> => {
    const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
    for (const { messageId, receiptHandle, body, attributes } of eventSchema.parse(event).Records) {
      const postpone = async (seconds: number): Promise<void> => {
        await queue.postpone(receiptHandle, seconds);
      };
      const response = await executeComposition({
        owned: { sub: body.sub, id: body.compositionId },
        firstDeliveredAt: new Date(attributes.ApproximateFirstReceiveTimestamp),
        compositions,
        tracks,
        artifacts,
        endpoint,
        presign,
        postpone,
        repeat: repeatedly,
        stage,
        now,
        ...telemetry,
      }).catch(async (error: unknown): Promise<never> => {
        await postpone(retrySeconds(attributes.ApproximateReceiveCount));
        throw error;
      });
      if (response.kind === "DONE") continue;
      await postpone(response.afterSeconds);
      batchItemFailures.push({ itemIdentifier: messageId });
    }
    return { batchItemFailures };
  },
);
