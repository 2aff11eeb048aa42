/** The queue between the outbox and the composing worker, and the queue for records that cannot be dispatched. */
import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { ulidSchema } from "../../domain/schemas/ids";

export const compositionMessageSchema = z.object({
  schemaVersion: z.literal(1),
  sub: z.string().min(1).max(128),
  compositionId: ulidSchema,
});
export type CompositionMessage = z.infer<typeof compositionMessageSchema>;

export interface CompositionQueue {
  send(message: Omit<CompositionMessage, "schemaVersion">): Promise<void>;
  /** Hides a received message for this many seconds before its next delivery. */
  postpone(receiptHandle: string, seconds: number): Promise<void>;
}

export function createCompositionQueue(params: {
  readonly client: SQSClient;
  readonly queueUrl: string;
}): CompositionQueue {
  const { client, queueUrl } = params;
  return {
    async send({ sub, compositionId }) {
      const message: CompositionMessage = { schemaVersion: 1, sub, compositionId };
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
    },
    async postpone(receiptHandle, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: Math.max(0, Math.round(seconds)),
        }),
      );
    },
  };
}

export interface DispatchFailures {
  /** Keeps a record that could not be dispatched, for an operator. The reconciler repairs the work itself. */
  keep(record: Readonly<Record<string, unknown>>): Promise<void>;
}

export function createDispatchFailures(params: {
  readonly client: SQSClient;
  readonly queueUrl: string;
}): DispatchFailures {
  const { client, queueUrl } = params;
  return {
    async keep(record) {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(record) }));
    },
  };
}
