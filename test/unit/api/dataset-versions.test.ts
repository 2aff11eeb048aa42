/** Versions of a user's data set, through the API: asked for, listed, trained on, and gone with the data set. */
import { datasetSchema, datasetVersionListSchema, datasetVersionSchema } from "../../../domain/schemas/api/datasets";
import { trainingEstimateSchema, trainingJobSchema, trainingTopicsSchema } from "../../../domain/schemas/api/training";
import { prepareData } from "../../../lambdas/training/prepare-data";
import { trainingJobRequest } from "../../../lambdas/training/training-job-request";
import { ownVersionPrefix, selectionManifestKey } from "../../../naming/object-keys";
import { CollectingLog } from "../../fakes/telemetry";
import { bandFiles, fill, freeze } from "../../support/filled-dataset";
import { settings } from "../../workflow/training-harness";
import { type ComposerApi, composerApi, now } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { alice, bob, dataset as datasetItem, model, trainingJob } from "./support/items";

class Owned {
  readonly api: ComposerApi = composerApi();
  readonly dataset = datasetItem();
  readonly path = `/datasets/${this.dataset.id}`;

  constructor(files = 16) {
    this.api.stores.datasets.put(this.dataset);
    fill(this.filled, bandFiles(files));
  }

  get filled() {
    const { stores, files: artifacts } = this.api;
    return { stores, artifacts, dataset: this.dataset, now: () => now };
  }

  async frozen(json: unknown = { lineUp: "band" }) {
    const { id } = resourceOf(await this.api.call("POST", `${this.path}/versions`, { json }), datasetVersionSchema);
    await freeze(this.filled, id);
    return resourceOf(await this.api.call("GET", `${this.path}/versions/${id}`), datasetVersionSchema);
  }

  body(more: object = {}) {
    return { name: "Mine", technique: "unet-gan", datasetId: this.dataset.id, ...more };
  }
}

test("a version is asked for with 202, is there with 200, and is listed", async () => {
  const owned = new Owned();
  const { api, path } = owned;
  const asked = await api.call("POST", `${path}/versions`, { json: { lineUp: "band" } });
  const wanted = resourceOf(asked, datasetVersionSchema);
  expect(asked.status).toBe(202);
  expect(asked.headers).toMatchObject({ location: `${path}/versions/${wanted.id}`, etag: '"1"', "retry-after": "2" });
  expect((await api.call("POST", `${path}/versions`, { json: { lineUp: "band" } })).status).toBe(202);
  const ready = await owned.frozen();
  expect(ready).toMatchObject({ id: wanted.id, state: "READY", files: 16, content: { pieces: 16, bars: 128 } });
  const again = await api.call("POST", `${path}/versions`, { json: { lineUp: "band" } });
  expect([again.status, again.body]).toEqual([200, ready]);
  expect(again.headers["retry-after"]).toBeUndefined();
  const listed = resourceOf(await api.call("GET", `${path}/versions`), datasetVersionListSchema);
  expect(listed.items).toEqual([ready]);
  expect(resourceOf(await api.call("GET", path), datasetSchema).versions).toBe(1);
});

test("what is no line-up, and what has no piece, is refused with its field", async () => {
  const { api, path } = new Owned();
  const bad = await api.call("POST", `${path}/versions`, { json: { lineUp: "orchestra", more: 1 } });
  expect([
    bad.status,
    problemOf(bad)
      .errors?.map(({ pointer }) => pointer)
      .sort(),
  ]).toEqual([400, ["/lineUp", "/more"]]);
  const none = await api.call("POST", `${path}/versions`, { json: { lineUp: "lines" } });
  expect([none.status, problemOf(none).code]).toEqual([422, "VERSION_NOT_POSSIBLE"]);
  expect(problemOf(none).detail).toContain("16 for band");
});

test("a version is in the metre that is asked for, and the resource names it", async () => {
  const { api, path } = new Owned();
  const inFour = await api.call("POST", `${path}/versions`, { json: { lineUp: "band" } });
  expect(resourceOf(inFour, datasetVersionSchema).metre).toBe("4/4");
  const named = await api.call("POST", `${path}/versions`, { json: { lineUp: "band", metre: "4/4" } });
  expect(named.body).toEqual(inFour.body);
  const bad = await api.call("POST", `${path}/versions`, { json: { lineUp: "band", metre: "5/4" } });
  expect([bad.status, problemOf(bad).errors]).toMatchObject([400, [{ pointer: "/metre", value: "5/4" }]]);
  const none = await api.call("POST", `${path}/versions`, { json: { lineUp: "band", metre: "6/8" } });
  expect([none.status, problemOf(none).code]).toEqual([422, "VERSION_NOT_POSSIBLE"]);
  expect(problemOf(none).errors).toMatchObject([{ pointer: "/metre", value: "6/8" }]);
  expect(problemOf(none).detail).toContain("128 bars in 4/4");
});

test("topics, estimate and job are of the version; without one, of the latest that is ready", async () => {
  const owned = new Owned();
  const { api, dataset } = owned;
  const without = await api.call("POST", "/training-jobs", { json: owned.body() });
  expect([without.status, problemOf(without).code]).toEqual([422, "VERSION_NOT_FOUND"]);
  const version = await owned.frozen();
  const { content } = version;
  const query = `datasetId=${dataset.id}&versionId=${version.id}`;
  const topics = resourceOf(await api.call("GET", `/training-topics?${query}`), trainingTopicsSchema);
  expect(topics.selection).toEqual(content?.splits.train);
  const estimate = resourceOf(
    await api.call("POST", "/training-jobs/estimate", { json: owned.body() }),
    trainingEstimateSchema,
  );
  expect(estimate.dataset).toEqual({ id: dataset.id, version: version.id, sha256: content?.sha256 });
  expect(estimate.splits.train).toMatchObject(content?.splits.train ?? {});
  const made = await api.call("POST", "/training-jobs", { json: owned.body({ versionId: version.id }) });
  expect(resourceOf(made, trainingJobSchema).dataset).toEqual(estimate.dataset);

  for (const versionId of ["0".repeat(16), "../../x"]) {
    const wrong = await api.call("POST", "/training-jobs", { json: owned.body({ versionId }) });
    expect([wrong.status, problemOf(wrong).code]).toEqual([422, "VERSION_NOT_FOUND"]);
    expect(problemOf(wrong).errors).toMatchObject([{ pointer: "/versionId", reason: "does not exist" }]);
  }
  const stock = await api.call("POST", "/training-jobs", {
    json: { name: "Stock", technique: "unet-gan", versionId: version.id },
  });
  expect([stock.status, problemOf(stock).code]).toEqual([422, "VERSION_NOT_FOUND"]);
  const twice = await api.call("GET", `/training-topics?${query}&versionId=${version.id}`);
  expect([twice.status, problemOf(twice).errors]).toMatchObject([400, [{ pointer: "?versionId" }]]);
});

test("for another user there is no such data set and no such version, by any route", async () => {
  const owned = new Owned();
  const { api, path, dataset } = owned;
  const version = await owned.frozen();
  const sub = bob;
  for (const [method, more, json] of [
    ["GET", "/versions", undefined],
    ["GET", `/versions/${version.id}`, undefined],
    ["POST", "/versions", { lineUp: "band" }],
    ["DELETE", "", undefined],
  ] as const) {
    const reply = await api.call(method, `${path}${more}`, { sub, ...(json === undefined ? {} : { json }) });
    expect([method, more, reply.status]).toEqual([method, more, 404]);
  }
  const json = owned.body({ versionId: version.id });
  const query = `datasetId=${dataset.id}&versionId=${version.id}`;
  for (const reply of [
    await api.call("POST", "/training-jobs", { sub, json }),
    await api.call("POST", "/training-jobs/estimate", { sub, json }),
    await api.call("GET", `/training-topics?${query}`, { sub }),
  ]) {
    expect([reply.status, problemOf(reply).code]).toEqual([422, "DATASET_NOT_FOUND"]);
    // Nothing tells it from a data set that nobody has.
    expect(JSON.stringify(reply.body)).not.toMatch(/jazz|album|My band/);
  }
  expect(api.trainingJobs.all()).toEqual([]);
});

test("the container is given the version, and the card names no value of fewer than five pieces", async () => {
  const owned = new Owned();
  const { api, dataset } = owned;
  const version = await owned.frozen();
  const { sha256 = "" } = version.content ?? {};
  const job = trainingJob({
    ...{
      dataset: { id: dataset.id, version: version.id, sha256 },
      topics: { genre: ["rock", "jazz"], album: ["album-3"] },
    },
  });
  const request = trainingJobRequest({
    ...{ name: "a", job, stage: "local", artifactsBucket: "kept", workBucket: "work", settings },
  });
  expect(request.InputDataConfig?.[0]?.DataSource?.S3DataSource?.S3Uri).toBe(
    `s3://kept/${ownVersionPrefix(dataset, version.id)}`,
  );
  const all = trainingJob({ ...job, topics: { genre: ["rock", "jazz"] } });
  for (const each of [job, all]) {
    api.trainingJobs.put(each);
    const result = await prepareData({
      ...{ input: { sub: alice, jobId: each.id, attempt: each.attempt }, trainingJobs: api.trainingJobs },
      ...{ ...api.stores, work: api.work, log: new CollectingLog() },
    });
    const manifest: unknown = JSON.parse(api.work.text(selectionManifestKey(each)) ?? "{}");
    if (each === job) expect(result).toMatchObject({ outcome: "REFUSED", failure: { code: "TOO_LITTLE_DATA" } });
    else {
      expect(result).toEqual({ outcome: "PREPARED" });
      expect(manifest).toMatchObject({
        dataset: {
          ...{ id: dataset.id, version: version.id, sha256, licence: "own-work: I wrote and played all of it." },
          ...{ private: true, lineUp: "band", extractionRule: 1, bars: 128, licenseKinds: { "own-work": 1 } },
        },
        // Of jazz it has four pieces.
        topics: { genre: ["rock"] },
        all: true,
      });
      expect(JSON.stringify(manifest)).not.toMatch(/My band|song|jazz|album/);
    }
  }
});

test("a data set on which a training works stays; then it goes, and its models say when", async () => {
  const owned = new Owned();
  const { api, path, dataset } = owned;
  const version = await owned.frozen();
  const made = await api.call("POST", "/training-jobs", { json: owned.body() });
  const { id } = resourceOf(made, trainingJobSchema);
  const refused = await api.call("DELETE", path);
  expect([refused.status, problemOf(refused).code]).toEqual([409, "IN_USE"]);
  expect(problemOf(refused).usedBy).toMatchObject([{ type: "training-job", id }]);
  api.trainingJobs.drop({ sub: alice, id });

  const { sha256 = "" } = version.content ?? {};
  const facts = { licence: "mine", pieces: 16, topics: {} };
  const trained = model({ dataset: { id: dataset.id, version: version.id, sha256, ...facts } });
  const another = model();
  for (const each of [trained, another]) api.models.put(each);
  expect((await api.call("DELETE", path)).status).toBe(204);
  expect(api.files.keys(`users/${alice}/datasets/`)).toEqual([]);
  expect(api.stores.table.peek(undefined, "DATASET_VERSION#")).toEqual([]);
  const deletedAt = now.toISOString();
  expect((await api.call("GET", `/models/${trained.id}`)).body).toMatchObject({ dataset: { deletedAt } });
  const other = await api.call("GET", `/models/${another.id}`);
  expect(JSON.stringify(other.body)).not.toContain("deletedAt");
});
