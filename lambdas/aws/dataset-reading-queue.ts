/** The queue of what readers of data sets are asked to do, beside the files that arrive one by one. */
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import * as z from "zod";
import type { ArchiveFile } from "../../domain/datasets/archive-files";
import { fileRejectionCodes } from "../../domain/datasets/rejections";
import { tagsSchema } from "../../domain/schemas/dataset-parts";
import { sha256Schema, ulidSchema } from "../../domain/schemas/ids";

const ofDataset = { schemaVersion: z.literal(1), sub: z.string().min(1).max(128), datasetId: ulidSchema };

const entrySchema = z.strictObject({
  path: z.string(),
  start: z.int().min(0),
  end: z.int().min(0),
  packedBytes: z.int().min(0),
  bytes: z.int().min(0),
  isPacked: z.boolean(),
  crc32: z.int().min(0),
});

const archiveFileSchema: z.ZodType<ArchiveFile> = z.strictObject({
  entrySha256: sha256Schema,
  path: z.string().min(1),
  tags: tagsSchema,
  found: z.union([
    z.strictObject({ entry: entrySchema }),
    z.strictObject({ rejection: z.strictObject({ code: z.enum(fileRejectionCodes), reason: z.string() }) }),
  ]),
});

/** A range of the files of an archive. */
const archiveRangeSchema = z.strictObject({
  ...ofDataset,
  kind: z.literal("ARCHIVE_RANGE"),
  archiveSha256: sha256Schema,
  /** Of the archive's object, so that nothing else is read. */
  etag: z.string().min(1),
  /** The number of the range, from 0. */
  range: z.int().min(0),
  files: z.array(archiveFileSchema).min(1),
});
export type ArchiveRangeMessage = z.infer<typeof archiveRangeSchema>;

export const datasetReadingSchema = z.discriminatedUnion("kind", [archiveRangeSchema]);
export type DatasetReading = z.infer<typeof datasetReadingSchema>;

export interface DatasetReadingQueue {
  send(message: DatasetReading): Promise<void>;
}

export const createDatasetReadingQueue = ({
  client,
  queueUrl,
}: {
  readonly client: SQSClient;
  readonly queueUrl: string;
}): DatasetReadingQueue => ({
  async send(message) {
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(message) }));
  },
});
