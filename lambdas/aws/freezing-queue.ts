/** The queue between the outbox and the worker that freezes versions of data sets. */
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { ulidSchema } from "../../domain/schemas/ids";
import { versionIdPattern } from "../../naming/object-keys";
import type { VersionOf } from "../stores/dataset-versions";

/** A message of the queue, as the version that it names. */
export const freezingMessageSchema = z
  .object({
    schemaVersion: z.literal(1),
    sub: z.string().min(1).max(128),
    datasetId: ulidSchema,
    versionId: z.string().regex(versionIdPattern),
  })
  .transform(({ sub, datasetId, versionId }): VersionOf => ({ dataset: { sub, id: datasetId }, versionId }));
type FreezingMessage = z.input<typeof freezingMessageSchema>;

export interface FreezingQueue {
  send(version: VersionOf): Promise<void>;
}

export const createFreezingQueue = (params: {
  readonly client: SQSClient;
  readonly queueUrl: string;
}): FreezingQueue => ({
  async send({ dataset, versionId }) {
    const message: FreezingMessage = { schemaVersion: 1, sub: dataset.sub, datasetId: dataset.id, versionId };
    const MessageBody = JSON.stringify(message);
    await params.client.send(new SendMessageCommand({ QueueUrl: params.queueUrl, MessageBody }));
  },
});
