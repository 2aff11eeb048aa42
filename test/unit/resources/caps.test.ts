/** H10: caps are caps, and what is deleted gives back what it held. */
import { problemOf } from "../api/support/documented-api";
import { apiOn, expectWhole, midi, seeds } from "../../support/resource-world";
import { memoryWorld } from "./memory-world";

const upload = { bytes: midi, headers: { "content-type": "audio/midi" } };
const trained = {
  json: { name: "A job", technique: "unet-gan", topics: { mode: ["minor"] }, hyperparameters: { epochs: 3 } },
};

test("a training job needs a place for its model: at the cap of models none is accepted", async () => {
  const world = memoryWorld();
  const { caps } = world.ports;
  for (let count = 0; count < caps.models - 1; count += 1) await seeds.MODEL(world);
  const api = apiOn(world);
  expect((await api.call("POST", "/training-jobs", trained)).status).toBe(202);
  // The last place is the unfinished job's.
  const refused = await api.call("POST", "/training-jobs", trained);
  expect(refused.status).toBe(429);
  expect(problemOf(refused)).toMatchObject({
    code: "USER_CAP_REACHED",
    errors: [{ reason: "cap of models and training jobs that may become one", allowed: `at most ${caps.models}` }],
  });
  const [model] = (await world.rows()).filter(({ kind }) => kind === "MODEL");
  expect((await api.call("DELETE", `/models/${model?.id ?? ""}`)).status).toBe(204);
  expect((await api.call("POST", "/training-jobs", trained)).status).toBe(202);
});

test("jobs that have ended count until they are deleted", async () => {
  const world = memoryWorld();
  const { caps } = world.ports;
  const ids: string[] = [];
  for (let count = 0; count < caps.trainingJobs; count += 1) ids.push(await seeds.TRAINING_JOB(world));
  const api = apiOn(world);
  const refused = await api.call("POST", "/training-jobs", trained);
  expect(refused.status).toBe(429);
  expect(problemOf(refused).detail).toBe(
    `You have ${caps.trainingJobs} training jobs, as many as are allowed at once. Delete one that has ended first.`,
  );
  expect((await api.call("DELETE", `/training-jobs/${ids[0] ?? ""}`)).status).toBe(204);
  expect((await api.call("POST", "/training-jobs", trained)).status).toBe(202);
});

test("bytes of tracks and models are bounded together, and deleting frees what it should", async () => {
  const full = memoryWorld();
  const room = 2.5 * midi.length;
  const world = { ...full, ports: { ...full.ports, caps: { ...full.ports.caps, storedBytes: Math.floor(room) } } };
  const api = apiOn(world);
  const first = await api.call("POST", "/tracks", upload);
  expect([first.status, (await api.call("POST", "/tracks", upload)).status]).toEqual([201, 201]);
  const refused = await api.call("POST", "/tracks", upload);
  expect(refused.status).toBe(429);
  expect(problemOf(refused)).toMatchObject({
    code: "USER_CAP_REACHED",
    detail: expect.stringContaining(`may have ${Math.floor(room)} bytes together`) as unknown,
  });
  expect((await api.call("DELETE", first.headers["location"] ?? "")).status).toBe(204);
  expect((await api.call("POST", "/tracks", upload)).status).toBe(201);
  const { storedBytes } = await world.quota();
  expect(storedBytes).toBe(2 * midi.length);
});

test("without room for a byte no training begins", async () => {
  const full = memoryWorld();
  await seeds.MODEL(full);
  const world = { ...full, ports: { ...full.ports, caps: { ...full.ports.caps, storedBytes: 4 } } };
  const refused = await apiOn(world).call("POST", "/training-jobs", trained);
  expect(refused.status).toBe(429);
  expect(problemOf(refused).errors?.[0]).toMatchObject({ reason: "cap of bytes of tracks and models" });
  await expectWhole({ ...world, changes: async () => [] }, "after a refusal");
});
