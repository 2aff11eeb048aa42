/** Rows of a newer and of an older version are read alike by everybody: there is one reader of each entity. */
import { createCompositions } from "../../../lambdas/stores/compositions";
import { UnreadableItem } from "../../../lambdas/stores/item-codec";
import { createTrainingJobs } from "../../../lambdas/stores/training-jobs";
import { ownedKey } from "../../../naming/table-keys";
import { MemoryTable } from "../../fakes/memory-table";
import { composition, finishedOutput, trainingJob } from "../api/support/items";

const now = () => new Date("2026-01-01T00:00:00.000Z");

test("an unknown attribute inside a training job's usage and progress is dropped, and stays in the table", async () => {
  const table = new MemoryTable();
  const job = trainingJob();
  const usage = { ...job.usage, kilowattHours: 3 };
  const key = ownedKey("TRAINING_JOB", job.sub, job.id);
  table.put(key, { ...job, usage, progress: { ...job.progress, samples: 7 }, color: "red" });
  const jobs = createTrainingJobs({ table, now });
  expect(await jobs.get(job)).toStrictEqual(job);
  const advanced = await jobs.advance(job, { to: "QUEUED" });
  expect(advanced).toMatchObject({ kind: "DONE", value: { state: "QUEUED", usage: job.usage } });
  expect(table.rowNow(key)).toMatchObject({ color: "red", usage });
});

test("an unknown attribute inside a composition's output is dropped", async () => {
  const table = new MemoryTable();
  const item = composition({ state: "COMPLETED", output: finishedOutput });
  table.put(ownedKey("COMPOSITION", item.sub, item.id), { ...item, output: { ...finishedOutput, swing: 0.2 } });
  expect(await createCompositions({ table, now }).get(item)).toStrictEqual(item);
});

test("what does not fit is an error, not a missing row", async () => {
  const table = new MemoryTable();
  const job = trainingJob();
  table.put(ownedKey("TRAINING_JOB", job.sub, job.id), { ...job, usage: { trainingSeconds: "many" } });
  await expect(createTrainingJobs({ table, now }).get(job)).rejects.toThrow(UnreadableItem);
});

test("a parameter that version 0.2 named otherwise is read under its present name", async () => {
  const table = new MemoryTable();
  const item = composition({ technique: "ar-cnn", parameters: { minProbability: 0.2, passes: 3 } });
  const older = { ...item, parameters: { leastProbability: 0.2, passes: 3 } };
  table.put(ownedKey("COMPOSITION", item.sub, item.id), older);
  expect(await createCompositions({ table, now }).get(item)).toStrictEqual(item);
});
