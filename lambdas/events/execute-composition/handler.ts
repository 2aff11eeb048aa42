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
import { createObjectStore } from "../../aws/object-store";
import { presignedGet } from "../../aws/presigned-url";
import { createCompositionsInExecution } from "../../aws/table/composition-execution";
import { observed } from "../../telemetry/observed";
import { executeComposition } from "./execute-composition";

const { stage, tableName, artefactsBucket, compositionQueueUrl } = readEnvironment([
  "stage",
  "tableName",
  "artefactsBucket",
  "compositionQueueUrl",
]);
const now = () => new Date();
const compositions = createCompositionsInExecution({ client: createDocumentClient(), tableName, now });
const objects = createS3Client();
const artefacts = createObjectStore({ client: objects, bucket: artefactsBucket });
const endpoint = createEndpointInvoker({ client: createSageMakerRuntimeClient() });
const queue = createCompositionQueue({ client: createQueueClient(), queueUrl: compositionQueueUrl });

/** Longer than one call of the endpoint, shorter than anybody could make use of. */
const urlLifeSeconds = 300;
const presign = async (key: string): Promise<string> =>
  await presignedGet({ client: objects, bucket: artefactsBucket, key, expiresInSeconds: urlLifeSeconds });

const eventSchema = z.object({
  Records: z.array(
    z.object({
      messageId: z.string(),
      receiptHandle: z.string(),
      body: z
        .string()
        .transform((text): unknown => JSON.parse(text))
        .pipe(compositionMessageSchema),
      attributes: z.object({ ApproximateFirstReceiveTimestamp: z.coerce.number() }),
    }),
  ),
});

export const handler = observed("events/execute-composition", async (event, telemetry): Promise<SQSBatchResponse> => {
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  for (const { messageId, receiptHandle, body, attributes } of eventSchema.parse(event).Records) {
    const answer = await executeComposition({
      of: { sub: body.sub, id: body.compositionId },
      firstDeliveredAt: new Date(attributes.ApproximateFirstReceiveTimestamp),
      compositions,
      artefacts,
      endpoint,
      presign,
      stage,
      now,
      ...telemetry,
    });
    if (answer.kind === "DONE") continue;
    await queue.postpone(receiptHandle, answer.afterSeconds);
    batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
});
