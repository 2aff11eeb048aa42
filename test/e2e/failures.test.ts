/** What breaks, breaks clearly: nothing stuck, nothing twice, no slot leaked. On the whole local cloud. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import {
  isModelServer,
  isTrainerOf,
  isWorker,
  processesNaming,
  type SeenProcess,
  signalAll,
} from "../support/cloud-processes";
import { accessToken, type ApiSession, openSession, shapes, subjectOf } from "./api-session";
import { type RunningCloud, startCloud } from "./running-cloud";
import { until } from "./until";

let cloud: RunningCloud;
let api: ApiSession;

const idSchema = z.object({ id: z.string() });
const shortTopics = { length: ["short"], mode: ["major"] };
const final = ({ state }: { readonly state: string }): boolean =>
  ["READY", "FAILED", "STOPPED", "COMPLETED"].includes(state);

async function submit(path: string, request: unknown): Promise<string> {
  const response = await api.call("POST", path, { json: request });
  if (response.status !== 202) throw new Error(`${response.status}: ${new TextDecoder().decode(response.bytes)}`);
  return response.json(idSchema).id;
}

const startTraining = (epochs: number): Promise<string> =>
  submit("/training-jobs", {
    name: "Test job",
    technique: "unet-gan",
    topics: shortTopics,
    hyperparameters: { epochs },
  });

const jobUntil = (
  id: string,
  wanted: (job: z.infer<typeof shapes.trainingJob>) => boolean,
  seconds: number,
): Promise<z.infer<typeof shapes.trainingJob>> =>
  api.pollUntil(`/training-jobs/${id}`, shapes.trainingJob, (job) => wanted(job) || final(job), seconds);

const processes = (isWanted: (seen: SeenProcess) => boolean): readonly SeenProcess[] =>
  processesNaming([cloud.directory, cloud.outputs.awsEndpointUrl]).filter(isWanted);

beforeAll(async () => {
  cloud = await startCloud();
  api = openSession(cloud.outputs, await accessToken(cloud.outputs, cloud.outputs.demoUser));
  await api.pollUntil("/training-topics", shapes.topics, ({ selection }) => selection.pieces > 100, 300);
}, 900_000);

afterAll(async () => {
  const { left } = await cloud.stop();
  expect(left).toEqual([]);
});

it("ends a job whose container is killed with its reason, and frees its slot for the next", async () => {
  const killed = await startTraining(200);
  await jobUntil(killed, ({ progress }) => progress.epoch >= 1, 300);
  signalAll(processes(isTrainerOf(killed)), "SIGKILL");
  const failed = await jobUntil(killed, () => false, 120);
  expect(failed).toMatchObject({ state: "FAILED", resumable: true });
  expect(failed.failure?.message).toMatch(/137|SIGKILL|signal/i);

  const next = await startTraining(1);
  expect(await jobUntil(next, () => false, 300)).toMatchObject({ state: "READY" });
  const modelId = (await jobUntil(next, () => true, 10)).modelId ?? "";

  // The model's file is damaged where it lies: the composition says so instead of playing noise.
  const sub = subjectOf(await accessToken(cloud.outputs, cloud.outputs.demoUser));
  const object = `${cloud.outputs.awsEndpointUrl}/${cloud.outputs.artifactsBucket}/users/${sub}/models/${modelId}/model.onnx`;
  expect((await fetch(object, { method: "PUT", body: "this is no model" })).status).toBe(200);
  const broken = await submit("/compositions", {
    name: "Broken",
    technique: "unet-gan",
    modelId,
    input: { sampleMelodyId: "twinkle-twinkle" },
  });
  const composition = await api.pollUntil(`/compositions/${broken}`, shapes.composition, final, 120);
  expect(composition.state).toBe("FAILED");
  expect(composition.failure?.code).toMatch(/^MODEL_/);
}, 900_000);

it("replaces a worker that was killed with a composition in its hands, which is made once", async () => {
  const servers = processes(isModelServer);
  const request = {
    name: "Taken over",
    technique: "unet-gan",
    modelId: "unet-gan-bach",
    input: { sampleMelodyId: "ode-to-joy" },
  };
  let id: string;
  let killed: readonly SeenProcess[];
  signalAll(servers, "SIGSTOP");
  try {
    id = await submit("/compositions", request);
    const running = await api.pollUntil(
      `/compositions/${id}`,
      shapes.composition,
      ({ state }) => state !== "PENDING",
      300,
    );
    expect(running.state).toBe("RUNNING");
    killed = processes(isWorker);
    signalAll(killed, "SIGKILL");
  } finally {
    signalAll(servers, "SIGCONT");
  }
  // Its lease and its message come free in 15 s. A hold of minutes, as version 0.2 had it, does not fit in this time.
  const composition = await api.pollUntil(`/compositions/${id}`, shapes.composition, final, 110);
  expect(composition).toMatchObject({ state: "COMPLETED" });
  const pids = new Set(killed.map(({ pid }) => pid));
  expect(processes(isWorker).filter(({ pid }) => !pids.has(pid))).not.toEqual([]);
  const { items } = (await api.call("GET", "/compositions")).json(shapes.list(shapes.composition));
  expect(items.filter((item) => item.id === id)).toHaveLength(1);
});

it("finishes a composition after SageMaker was away, once", async () => {
  process.kill(cloud.outputs.pids["sagemaker"] ?? -1, "SIGKILL");
  const id = await submit("/compositions", {
    name: "Patient",
    technique: "unet-gan",
    modelId: "unet-gan-bach",
    input: { sampleMelodyId: "ode-to-joy" },
  });
  const composition = await api.pollUntil(`/compositions/${id}`, shapes.composition, final, 180);
  expect(composition).toMatchObject({ state: "COMPLETED" });
  const listed = (await api.call("GET", "/compositions")).json(shapes.list(shapes.composition));
  expect(listed.items.filter((item) => item.id === id)).toHaveLength(1);
});

it("fails a running job clearly when SageMaker is lost, or goes on", async () => {
  const id = await startTraining(3);
  await jobUntil(id, ({ progress }) => progress.epoch >= 1, 300);
  const before = await until("the server is back", 60, async () => {
    const { status } = await fetch(cloud.outputs.sagemakerEndpointUrl).catch(() => ({ status: 0 }));
    return status > 0;
  });
  expect(before).toBe(true);
  const outputs = z
    .object({ pids: z.record(z.string(), z.int()) })
    .parse(JSON.parse(readFileSync(`${cloud.directory}/outputs.json`, "utf8")));
  process.kill(outputs.pids["sagemaker"] ?? -1, "SIGKILL");
  const ended = await jobUntil(id, () => false, 400);
  expect(["READY", "FAILED"]).toContain(ended.state);
  if (ended.state === "FAILED") expect(ended.failure?.message).toBeTruthy();
  expect(await jobUntil(await startTraining(1), () => false, 300)).toMatchObject({ state: "READY" });
}, 900_000);
