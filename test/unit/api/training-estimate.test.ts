/** `POST /training-jobs/estimate` tells what a training would take, and leaves nothing. */
import { trainingEstimateSchema } from "../../../domain/schemas/api/training";
import { checkpointsPrefix } from "../../../naming/object-keys";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { bob, trainingJob } from "./support/items";

const wanted = { name: "My model", technique: "unet-gan" };
const send = async (api: ComposerApi, more: object = {}, sub?: string) =>
  await api.call("POST", "/training-jobs/estimate", { sub, json: { ...wanted, ...more } });
const estimate = async (api: ComposerApi, more: object = {}, sub?: string) =>
  resourceOf(await send(api, more, sub), trainingEstimateSchema);

/** A training of all 15 pieces with ten bars: 4 windows of each, two updates of 32 windows, at 8 windows a second. */
const measured = (more: Parameters<typeof trainingJob>[0] = {}) =>
  trainingJob({
    state: "READY",
    openWork: undefined,
    openWorkOwner: undefined,
    topics: {},
    instanceType: "ml.m5.xlarge",
    hyperparameters: { epochs: 4, batchSize: 32, modelSize: "small" },
    latestMetrics: { epoch: 4, samplesPerSecond: 8, seconds: 20 },
    ...more,
  });

test("it counts the music by split, and says that nothing was measured yet", async () => {
  const api = composerApi();
  const before = JSON.stringify(api.stores.table.peek(undefined));
  expect(await estimate(api, { topics: { mode: ["minor"] }, hyperparameters: { epochs: 5 } })).toEqual({
    technique: "unet-gan",
    dataset: { id: "bach-chorales", version: "1", sha256: "a".repeat(64) },
    splits: {
      train: { pieces: 10, bars: 100, windows: 40 },
      validation: { pieces: 2, bars: 20, windows: 8 },
      test: { pieces: 0, bars: 0, windows: 0 },
    },
    stepsPerEpoch: 2,
    epochs: 5,
    maxRuntimeSeconds: 3600,
    minutesPerEpoch: null,
    minutes: null,
    measured: null,
  });
  expect(JSON.stringify(api.stores.table.peek(undefined))).toBe(before);
  expect(api.metrics).toEqual([]);
});

test("each technique cuts the music in its own way", async () => {
  const api = composerApi();
  expect((await estimate(api, { technique: "ar-cnn" })).splits.train).toEqual({ pieces: 15, bars: 150, windows: 30 });
  const transformer = await estimate(api, { technique: "transformer" });
  expect(transformer.splits.train).toEqual({ pieces: 15, bars: 150, windows: 15 });
  expect(transformer.stepsPerEpoch).toBe(2);
});

test("the minutes are those of the last training of the kind, with what each epoch takes besides learning", async () => {
  const api = composerApi();
  const job = measured();
  api.trainingJobs.put(job);
  // 64 windows took 8 of the 20 seconds; 12 are the same for every epoch.
  const all = await estimate(api, { hyperparameters: { epochs: 3 } });
  expect(all).toMatchObject({ minutesPerEpoch: 0.333, minutes: 1 });
  expect(all.measured).toEqual({
    trainingJobId: job.id,
    epoch: 4,
    measuredAt: job.updatedAt,
    instanceType: "ml.m5.xlarge",
  });
  // With the 40 windows of the pieces in minor filled up to five updates of 8.
  const few = await estimate(api, { topics: { mode: ["minor"] }, hyperparameters: { epochs: 3, batchSize: 8 } });
  expect(few).toMatchObject({ stepsPerEpoch: 5, minutesPerEpoch: 0.283 });
});

test.each<[string, Parameters<typeof measured>[0]]>([
  ["of another technique", { technique: "ar-cnn" }],
  ["of another model size", { hyperparameters: { epochs: 4, batchSize: 32, modelSize: "large" } }],
  ["on another machine", { instanceType: "ml.g4dn.xlarge" }],
  ["on an unknown machine", { instanceType: undefined }],
  ["that went on from another", { resumeFrom: "01JZZZZZZZZZZZZZZZZZZZZZZZ" }],
  ["without an epoch", { latestMetrics: undefined }],
  ["without a speed", { latestMetrics: { epoch: 1, seconds: 20 } }],
  ["of another user", { sub: bob }],
])("a training %s says nothing", async (_of, more) => {
  const api = composerApi();
  api.trainingJobs.put(measured(more));
  expect(await estimate(api)).toMatchObject({ minutesPerEpoch: null, minutes: null, measured: null });
});

test("of several, the latest counts", async () => {
  const api = composerApi();
  const [older, newer] = [measured({ id: `01J${"0".repeat(23)}` }), measured({ id: `01J${"1".repeat(23)}` })];
  for (const job of [newer, older]) api.trainingJobs.put(job);
  expect((await estimate(api)).measured?.trainingJobId).toBe(newer.id);
});

test("a training that goes on is estimated by the epochs that are left", async () => {
  const api = composerApi();
  const parent = measured({ resumable: true, progress: { epoch: 4, epochs: 4, percent: 100 } });
  api.trainingJobs.put(parent);
  api.work.put(`${checkpointsPrefix(parent)}last.pt`, "weights");
  expect(await estimate(api, { resumeFrom: parent.id, hyperparameters: { epochs: 10 } })).toMatchObject({ epochs: 6 });
});

test.each<[string, object]>([
  ["an unknown tag", { topics: { mood: ["sad"] } }],
  ["a topic of too few pieces", { topics: { mode: ["major"] } }],
  ["an unknown data set", { datasetId: "mozart" }],
  ["a run over the deployment's limit", { maxRuntimeSeconds: 7201 }],
  ["an unknown job to resume", { resumeFrom: "0".repeat(26) }],
  ["a hyperparameter out of range", { hyperparameters: { epochs: 2001 } }],
  ["a technique by rule", { technique: "arranger" }],
  ["an unknown field", { tempo: 100 }],
])("%s is refused as a training is", async (_what, more) => {
  const api = composerApi();
  const [estimated, created] = [
    await send(api, more),
    await api.call("POST", "/training-jobs", { json: { ...wanted, ...more } }),
  ];
  const told = ({ status, code, errors }: ReturnType<typeof problemOf>) => ({ status, code, errors });
  expect(told(problemOf(estimated))).toEqual(told(problemOf(created)));
});
