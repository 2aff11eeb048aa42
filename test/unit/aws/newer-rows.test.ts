/** Rows that a newer version wrote are read alike by the API, the worker and the workflow. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { ownedKey } from "../../../naming/table-keys";
import { compositionItemSchema, trainingJobItemSchema } from "../../../domain/schemas/items";
import { createCompositions } from "../../../lambdas/stores/compositions";
import { UnreadableItem } from "../../../lambdas/stores/item-codec";
import { createOwnedRows } from "../../../lambdas/stores/owned-rows";
import { createTrainingJobs } from "../../../lambdas/stores/training-jobs";
import { composition, finishedOutput, trainingJob } from "../api/support/items";

/** A table that has one row. */
function tableOf(row: object) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "eu-west-1" }));
  const send = async (command: unknown): Promise<unknown> => {
    if (!(command instanceof GetCommand)) throw new Error("another command than expected");
    return { Item: row };
  };
  Object.assign(client, { send });
  return { client, tableName: "t" };
}

const now = () => new Date("2026-01-01T00:00:00.000Z");

test("an unknown attribute inside a training job's usage and progress is dropped by API and workflow", async () => {
  const job = trainingJob();
  const newer = { ...job.usage, kilowattHours: 3 };
  const progress = { ...job.progress, samples: 7 };
  const table = tableOf({ ...job, usage: newer, progress, color: "red", ...ownedKey("TRAINING_JOB", job.sub, job.id) });
  const inApi = createOwnedRows({ table, kind: "TRAINING_JOB", schema: trainingJobItemSchema });
  const inWorkflow = createTrainingJobs({ ...table, now });
  expect(await inApi.load(job)).toStrictEqual(job);
  expect(await inWorkflow.load(job)).toStrictEqual(job);
});

test("an unknown attribute inside a composition's output is dropped by API and worker", async () => {
  const item = composition({ state: "COMPLETED", output: finishedOutput });
  const output = { ...finishedOutput, swing: 0.2 };
  const table = tableOf({ ...item, output, ...ownedKey("COMPOSITION", item.sub, item.id) });
  const inApi = createOwnedRows({ table, kind: "COMPOSITION", schema: compositionItemSchema });
  const inWorker = createCompositions({ ...table, now });
  expect(await inApi.load(item)).toStrictEqual(item);
  expect(await inWorker.load(item)).toStrictEqual(item);
});

test("what does not fit is an error for both, not a missing row", async () => {
  const job = trainingJob();
  const table = tableOf({ ...job, usage: { trainingSeconds: "many" }, ...ownedKey("TRAINING_JOB", job.sub, job.id) });
  const inApi = createOwnedRows({ table, kind: "TRAINING_JOB", schema: trainingJobItemSchema });
  const inWorkflow = createTrainingJobs({ ...table, now });
  await expect(inApi.load(job)).rejects.toThrow(UnreadableItem);
  await expect(inWorkflow.load(job)).rejects.toThrow(UnreadableItem);
});
