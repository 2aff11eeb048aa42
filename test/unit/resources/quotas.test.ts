/** H10: quotas are quotas, and what is deleted gives back what it held. */
import { apiOn, expectWhole, midi, seeds } from "../../support/resource-harness";
import { problemOf } from "../api/support/documented-api";
import { memoryHarness } from "./memory-harness";

const upload = { bytes: midi, headers: { "content-type": "audio/midi" } };
const trained = {
  json: { name: "A job", technique: "unet-gan", topics: { mode: ["minor"] }, hyperparameters: { epochs: 3 } },
};

test("a training job needs a place for its model: at the quota of models none is accepted", async () => {
  const harness = memoryHarness();
  const { quotas } = harness.ports;
  for (let count = 0; count < quotas.models - 1; count += 1) await seeds.MODEL(harness);
  const api = apiOn(harness);
  expect((await api.call("POST", "/training-jobs", trained)).status).toBe(202);
  // The last place is the unfinished job's.
  const refused = await api.call("POST", "/training-jobs", trained);
  expect(refused.status).toBe(429);
  expect(problemOf(refused)).toMatchObject({
    code: "USER_QUOTA_REACHED",
    errors: [{ reason: "quota of models and training jobs that may become one", allowed: `at most ${quotas.models}` }],
  });
  const [model] = (await harness.rows()).filter(({ kind }) => kind === "MODEL");
  expect((await api.call("DELETE", `/models/${model?.id ?? ""}`)).status).toBe(204);
  expect((await api.call("POST", "/training-jobs", trained)).status).toBe(202);
});

test("jobs that have ended count until they are deleted", async () => {
  const harness = memoryHarness();
  const { quotas } = harness.ports;
  const ids: string[] = [];
  for (let count = 0; count < quotas.trainingJobs; count += 1) ids.push(await seeds.TRAINING_JOB(harness));
  const api = apiOn(harness);
  const refused = await api.call("POST", "/training-jobs", trained);
  expect(refused.status).toBe(429);
  expect(problemOf(refused).detail).toBe(
    `You may have ${quotas.trainingJobs} training jobs at once, and this request would exceed that. Delete one that has ended first.`,
  );
  expect((await api.call("DELETE", `/training-jobs/${ids[0] ?? ""}`)).status).toBe(204);
  expect((await api.call("POST", "/training-jobs", trained)).status).toBe(202);
});

test("bytes of tracks and models are bounded together, and deleting frees what it should", async () => {
  const full = memoryHarness();
  const room = 2.5 * midi.length;
  const harness = {
    ...full,
    ports: { ...full.ports, quotas: { ...full.ports.quotas, storedBytes: Math.floor(room) } },
  };
  const api = apiOn(harness);
  const first = await api.call("POST", "/tracks", upload);
  expect([first.status, (await api.call("POST", "/tracks", upload)).status]).toEqual([201, 201]);
  const refused = await api.call("POST", "/tracks", upload);
  expect(refused.status).toBe(429);
  expect(problemOf(refused)).toMatchObject({
    code: "USER_QUOTA_REACHED",
    detail: expect.stringContaining(`may have ${Math.floor(room)} bytes together`) as unknown,
  });
  expect((await api.call("DELETE", first.headers["location"] ?? "")).status).toBe(204);
  expect((await api.call("POST", "/tracks", upload)).status).toBe(201);
  const { storedBytes } = await harness.quota();
  expect(storedBytes).toBe(2 * midi.length);
});

test("without room for a byte no training begins", async () => {
  const full = memoryHarness();
  await seeds.MODEL(full);
  const harness = { ...full, ports: { ...full.ports, quotas: { ...full.ports.quotas, storedBytes: 4 } } };
  const refused = await apiOn(harness).call("POST", "/training-jobs", trained);
  expect(refused.status).toBe(429);
  expect(problemOf(refused).errors?.[0]).toMatchObject({ reason: "quota of bytes of tracks and models" });
  await expectWhole({ ...harness, changes: async () => [] }, "after a refused request");
});
