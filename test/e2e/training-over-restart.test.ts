/** A training job that is under way when the local cloud is ended by Ctrl-C goes on when it is started again. */
import { rmSync } from "node:fs";
import type * as z from "zod";
import { accessToken, type ApiSession, openSession, shapes } from "./api-session";
import { newDirectory, type RunningCloud, startCloud } from "./running-cloud";

type TrainingJob = z.infer<typeof shapes.trainingJob>;

const epochs = 10;
const folder = newDirectory();
let cloud: RunningCloud | undefined;

const final = ({ state }: TrainingJob): boolean => ["READY", "FAILED", "STOPPED"].includes(state);

async function started(): Promise<ApiSession> {
  cloud = await startCloud(folder);
  return openSession(cloud.outputs, await accessToken(cloud.outputs, cloud.outputs.demoUser));
}

afterAll(async () => {
  if (cloud !== undefined) {
    const { left } = await cloud.interrupt();
    expect(left).toEqual([]);
  }
  rmSync(folder, { recursive: true, force: true });
});

it("the job ends READY, its epochs gone on with and not begun anew", async () => {
  const before = await started();
  await before.pollUntil("/training-topics", shapes.topics, ({ selection }) => selection.pieces > 100, 300);
  const response = await before.call("POST", "/training-jobs", {
    json: {
      name: "Goes on",
      technique: "unet-gan",
      topics: { key: ["c-minor"] },
      hyperparameters: { epochs, batchSize: 8, transpositionRange: 0 },
    },
  });
  expect(response.status).toBe(202);
  const { id } = response.json(shapes.trainingJob.pick({ id: true }));
  const path = `/training-jobs/${id}`;
  const seen = await before.pollUntil(
    path,
    shapes.trainingJob,
    (job) => (job.state === "TRAINING" && job.progress.epoch >= 2) || final(job),
    300,
  );
  expect(seen.state).toBe("TRAINING");
  const running = cloud;
  cloud = undefined;
  const stopped = await running?.interrupt();
  expect(stopped).toMatchObject({ code: 0, left: [] });

  const after = await started();
  const reported: number[] = [];
  const ended = await after.pollUntil(
    path,
    shapes.trainingJob,
    (job) => {
      reported.push(job.progress.epoch);
      return final(job);
    },
    600,
  );
  expect(ended).toMatchObject({ state: "READY", endReason: "EPOCHS_COMPLETED", progress: { epoch: epochs } });
  expect(Math.min(...reported)).toBeGreaterThanOrEqual(seen.progress.epoch);
  const metrics = (await after.call("GET", `${path}/metrics`)).json(shapes.metrics);
  expect(metrics.items.map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochs }, (_, index) => index + 1));
}, 1_500_000);
