/**
 * Every error of every operation names the field, the value that was sent and what is allowed. `call` itself throws for
 * one that does not (see support/documented-api.ts), here and in all other tests of the API; this walks what they leave out.
 */
import * as fc from "fast-check";
import { apiRoutes, isOperationId } from "../../../naming/api-routes";
import { hostileOperations, hostileRequests } from "../../verification/hostile-operations";
import { composerApi } from "./support/composer-api";
import { type Call, problemOf } from "./support/documented-api";
import { composition, dataset, finishedOutput, model, track, trainingJob } from "./support/items";

const ids = {
  trackId: "A".repeat(26),
  compositionId: "B".repeat(26),
  modelId: "C".repeat(26),
  trainingJobId: "D".repeat(26),
  datasetId: "E".repeat(26),
};
const targetOf = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => Object.entries(ids).find(([id]) => id === name)?.[1] ?? "1");

function api() {
  const made = composerApi();
  made.tracks.put(track({ id: ids.trackId, bars: 8 }));
  made.compositions.put(composition({ id: ids.compositionId, state: "COMPLETED", output: finishedOutput }));
  made.models.put(model({ id: ids.modelId, technique: "ar-cnn" }));
  made.trainingJobs.put(trainingJob({ id: ids.trainingJobId, state: "READY" }));
  made.stores.datasets.put(dataset({ id: ids.datasetId }));
  return made;
}
const pieceOf = { modelId: "unet-gan-bach", input: { sampleMelodyId: "ode-to-joy" } };
const operations = Object.entries(apiRoutes).flatMap(([id, route]) =>
  isOperationId(id) && id !== "getOpenApiDocument" ? [{ id, ...route }] : [],
);

test.each([
  ["an integer beyond every integer", "/compositions", { seed: 1e300 }, "/seed", "is too large"],
  ["a negative integer beyond every integer", "/compositions", { seed: -1e300 }, "/seed", "is too small"],
  ["half of a surrogate pair alone", "/compositions", { name: "\ud800" }, "/name", "has half of a surrogate pair"],
  ["a long text of one that is not allowed", "/compositions", { name: "\n".repeat(101) }, "/name", "is too long"],
  ["a time beyond every integer", "/training-jobs", { maxRuntimeSeconds: 1e300 }, "/maxRuntimeSeconds", "is too large"],
])("a field with %s is listed once", async (_, path, fields, pointer, reason) => {
  const body = { name: "A", technique: "unet-gan", ...(path === "/compositions" ? pieceOf : {}), ...fields };
  const { errors, detail } = await refused("POST", path, { json: body });
  expect(errors).toEqual([expect.objectContaining({ pointer, reason })]);
  expect(detail).toContain("1 field is not valid");
});

/** The problem of a request that must be refused. */
async function refused(method: string, target: string, call: Call) {
  const reply = await api().call(method, target, call);
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.status).toBeLessThan(500);
  return problemOf(reply);
}

test.each(operations)("$id says of each unknown, repeated and broken query parameter", async ({ method, path }) => {
  for (const query of [
    "nothing=1",
    "nothing=1&nothing=2",
    "nothing=",
    "a%2Fb~c=%E2%80%AE",
    "limit=0&limit=1&cursor=x",
  ]) {
    const { errors = [] } = await refused(method, `${targetOf(path)}?${query}`, {
      json: { name: "A" },
      headers: { "idempotency-key": "key" },
    });
    expect(errors.length).toBeGreaterThan(0);
  }
});

test.each(operations.filter(({ method }) => method === "POST"))("$id says of its headers", async ({ method, path }) => {
  for (const headers of [
    { "content-encoding": "gzip" },
    { "content-type": "text/html" },
    { "content-type": "\u202e" },
  ]) {
    const { status, errors = [] } = await refused(method, targetOf(path), { text: "x", headers });
    if (status === 415) expect(errors).toHaveLength(1);
  }
});

test.each(hostileOperations)("$method $path says of every hostile value at every place", async (operation) => {
  const { method, path } = operation;
  for (const { name: _, ...request } of hostileRequests(operation, 3_000)) {
    await api().call(method, targetOf(path), request);
  }
});

const wrong = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(null, {}, [], "", "\u202e", "\ud800", -1, 1e300, { trackId: "x" }, [[]], true),
  fc.string({ maxLength: 300 }),
);
const bodies = {
  createComposition: {
    name: "A",
    technique: "unet-gan",
    modelId: "unet-gan-bach",
    input: { trackId: ids.trackId },
    inputOptions: { bars: 2 },
    parameters: {},
    seed: 1,
  },
  updateComposition: { name: "A", programs: [{ index: 1, program: 3 }] },
  rateComposition: { rating: "good" },
  shareComposition: { days: 7 },
  updateTrack: { name: "A" },
  updateModel: { name: "A" },
  createDataset: {
    name: "A",
    description: "My songs.",
    license: { kind: "licensed", spdx: "CC0-1.0", text: "Mine.", source: "my desk", confirmsRights: true },
  },
  updateDataset: { name: "A", description: "My songs." },
  createDatasetVersion: { lineUp: "band", tags: { genre: ["rock"] } },
  offerDatasetFiles: { files: [{ path: "a.mid", bytes: 100, sha256: "a".repeat(64), tags: { genre: ["rock"] } }] },
  offerDatasetArchive: { bytes: 100, sha256: "a".repeat(64), tagsFrom: "folders" },
  overrideDatasetFile: { overrides: [{ trackName: "*lead*", role: "melody" }] },
  estimateTrainingJob: { name: "A", technique: "unet-gan", topics: { mode: ["minor"] }, maxRuntimeSeconds: 60 },
  createTrainingJob: {
    name: "A",
    technique: "unet-gan",
    topics: { mode: ["minor"] },
    hyperparameters: { epochs: 2 },
    maxRuntimeSeconds: 60,
    datasetId: "bach-chorales",
    resumeFrom: ids.trainingJobId,
  },
} as const;

test.each(Object.entries(bodies))("%s says of any value at any field", async (id, body) => {
  const route = operations.find((one) => one.id === id);
  if (route === undefined) throw new Error(`${id} is no operation`);
  const field = fc.constantFrom(...Object.keys(body), "unknown", "");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(field, wrong), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      async (changes, isAlone) => {
        const changed = Object.fromEntries(changes);
        await api().call(route.method, targetOf(route.path), { json: isAlone ? changed : { ...body, ...changed } });
      },
    ),
    { numRuns: 150 },
  );
});

const input = (value: unknown): Call => ({ json: { ...bodies.createComposition, input: value } });
test.each<[unknown, string, unknown]>([
  [{}, "/input", {}],
  [[], "/input", []],
  [null, "/input", null],
  ["ode-to-joy", "/input", "ode-to-joy"],
  [{ sampleMelodyId: "a", trackId: "b" }, "/input", { sampleMelodyId: "a", trackId: "b" }],
  [{ trackId: "0".repeat(26) }, "/input/trackId", "0".repeat(26)],
  [{ compositionId: "0".repeat(26) }, "/input/compositionId", "0".repeat(26)],
])("an input of %j is repeated, with what is allowed", async (value, pointer, expected) => {
  const { errors = [] } = await refused("POST", "/compositions", input(value));
  expect(errors).toContainEqual(
    expect.objectContaining({ pointer, value: expected, allowed: expect.any(String) as unknown }),
  );
});

test("a long object is repeated as the beginning of its text", async () => {
  const { errors = [] } = await refused(
    "POST",
    "/compositions",
    input({ trackId: "x".repeat(5_000), more: ["\u202e"] }),
  );
  expect(errors.length).toBeGreaterThan(0);
  for (const { value } of errors) expect(JSON.stringify(value).length).toBeLessThan(150);
  const [whole] =
    (await refused("POST", "/compositions", { json: { ...bodies.createComposition, input: [["y".repeat(500)]] } }))
      .errors ?? [];
  expect(whole?.value).toMatch(/^\[\["y{90,98}…$/);
});

test("MODEL_NOT_FOUND names what was sent and what is allowed", async () => {
  const { code, errors } = await refused("POST", "/compositions", {
    json: { ...bodies.createComposition, modelId: "x" },
  });
  expect(code).toBe("MODEL_NOT_FOUND");
  expect(errors).toEqual([
    { pointer: "/modelId", reason: "does not exist", value: "x", allowed: "the id of a unet-gan model of GET /models" },
  ]);
});
