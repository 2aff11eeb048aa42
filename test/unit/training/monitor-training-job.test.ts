/** Monitoring a training job writes what is new, and nothing if nothing is new. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as z from "zod";
import { type TrainingJobItem, trainingJobItemSchema } from "../../../lambdas/stores/items";
import { doneWith } from "../../../lambdas/stores/outcome";
import { monitorTrainingJob, type MonitorTrainingJobParams } from "../../../lambdas/training/monitor-training-job";
import { checkpointsPrefix, progressFile } from "../../../naming/object-keys";
import { MemoryBuckets } from "../../fakes/memory-object-store";
import { CollectingLog, CollectingMetrics } from "../../fakes/telemetry";
import { trainingJob } from "../../workflow/training-harness";

const fixtures = join(__dirname, "../../../contracts/fixtures/progress-line");
const lineSchema = z.looseObject({ epoch: z.int() });
const [line] = readdirSync(fixtures)
  .filter((name) => name.startsWith("valid"))
  .map((name) => lineSchema.parse(JSON.parse(readFileSync(join(fixtures, name), "utf8"))));

/** The value as DynamoDB gives it back: members in an order of its own, no sign of zero. */
function fromTheTable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === "object" && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).reverse())
        : part,
    ),
  );
}

/** A row, an S3 folder and a SageMaker that says Training, and how often the row was written. */
function observed(progressLines: readonly string[]) {
  const started = new Date("2026-01-01T00:00:00.000Z");
  let row: TrainingJobItem = trainingJob(1, { state: "TRAINING" });
  const written: unknown[] = [];
  const work = new MemoryBuckets().store("work-bucket");
  work.put(`${checkpointsPrefix(row)}${progressFile}`, progressLines.map((text) => `${text}\n`).join(""));
  const params = (): MonitorTrainingJobParams => ({
    job: row,
    trainingJobName: "name",
    trainingJobs: {
      get: async () => row,
      advance: async (_, { set }) => {
        written.push(set);
        row = trainingJobItemSchema.parse(fromTheTable({ ...row, ...set }));
        return doneWith(row);
      },
    },
    sageMakerJobs: {
      describe: async () => ({
        name: "name",
        status: "InProgress",
        secondaryStatus: "Training",
        secondaryMessages: [],
        failureReason: undefined,
        startedAt: started,
        endedAt: undefined,
        trainingSeconds: 60,
        billableSeconds: 60,
        outputUri: undefined,
        checkpointUri: undefined,
      }),
    },
    work,
    now: () => new Date("2026-01-01T00:01:00.000Z"),
    log: new CollectingLog(),
    metrics: new CollectingMetrics(),
  });
  return { monitor: async () => await monitorTrainingJob(params()), written, work, row: () => row };
}

const zeros = fc.constantFrom("0.0", "-0.0", "0.25", "-0.25");

test("reading the same progress again writes nothing, whatever numbers the container reports", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(zeros, { minLength: 1, maxLength: 12 }), async (losses) => {
      const lines = losses.map((loss, index) =>
        JSON.stringify({ ...line, epoch: index + 1, epochs: 20, generatorLoss: "PLACE" }).replace(`"PLACE"`, loss),
      );
      const { monitor, written, row } = observed(lines);
      await monitor();
      expect(row().latestMetrics).toHaveProperty("generatorLoss");
      expect(written).toHaveLength(1);
      await monitor();
      expect(written).toHaveLength(1);
    }),
    { examples: [[["-0.0"]]] },
  );
});

test("a further epoch is written", async () => {
  const first = JSON.stringify({ ...line, epoch: 1, epochs: 20 });
  const { monitor, written, work, row } = observed([first]);
  await monitor();
  work.put(
    `${checkpointsPrefix(row())}${progressFile}`,
    `${first}\n${JSON.stringify({ ...line, epoch: 2, epochs: 20 })}\n`,
  );
  await monitor();
  expect(written).toHaveLength(2);
  expect(row().progress).toMatchObject({ epoch: 2 });
});
