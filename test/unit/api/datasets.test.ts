import { createHash } from "node:crypto";
import { datasetLimits } from "../../../domain/datasets/limits";
import {
  datasetFileListSchema,
  datasetSchema,
  offeredArchiveSchema,
  offeredFileListSchema,
  reportedDatasetFileSchema,
} from "../../../domain/schemas/api/datasets";
import { ingestFiles } from "../../../lambdas/datasets/ingest-files";
import { datasetFileObjectKey, datasetPiecesKey, incomingFileKey } from "../../../naming/object-keys";
import { CollectingLog, CollectingMetrics } from "../../fakes/telemetry";
import { arrangedFiles } from "../../support/arranged-files";
import { type ComposerApi, composerApi } from "./support/composer-api";
import { problemOf, resourceOf } from "./support/documented-api";
import { alice, bob, dataset, quotas } from "./support/items";

const license = { kind: "licensed", spdx: "CC0-1.0", text: "All songs are CC0.", source: "https://example.org" };
const body = { name: "My band", description: "Demos of 2026.", license: { ...license, confirmsRights: true } };
const shaOf = (index: number): string => index.toString(16).padStart(64, "0");
const offered = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ path: `song-${index}.mid`, bytes: 100, sha256: shaOf(index), ...more },
  }));

async function created(api: ComposerApi): Promise<string> {
  const reply = await api.call("POST", "/datasets", { json: body });
  expect(reply.status).toBe(201);
  return resourceOf(reply, datasetSchema).id;
}

test("a data set begins open and empty, with the statement that its owner confirmed", async () => {
  const api = composerApi();
  const reply = await api.call("POST", "/datasets", { json: body });
  const made = resourceOf(reply, datasetSchema);
  expect(reply.headers).toMatchObject({ location: `/datasets/${made.id}`, etag: '"1"' });
  expect(made).toMatchObject({
    ...{ name: "My band", description: "Demos of 2026.", state: "OPEN", bytes: 0, bars: {}, lineUps: {}, reasons: {} },
    license: { ...license, confirmedAt: "2026-01-31T12:00:30.000Z", statementVersion: 1 },
    files: { pending: 0, accepted: 0, rejected: 0 },
  });
  const got = await api.call("GET", `/datasets/${made.id}`);
  expect(got.body).toEqual(reply.body);
  const etag = got.headers["etag"] ?? "";
  const again = await api.call("GET", `/datasets/${made.id}`, { headers: { "if-none-match": etag } });
  expect(again.status).toBe(304);
});

test("without a license and its confirmation there is no data set, and every broken field is named", async () => {
  const api = composerApi();
  const bad = { name: "", license: { kind: "stolen", text: "x".repeat(2_001), confirmsRights: false }, more: 1 };
  const reply = await api.call("POST", "/datasets", { json: bad });
  const pointers = (problemOf(reply).errors ?? []).map(({ pointer }) => pointer);
  expect(reply.status).toBe(400);
  expect(pointers.sort()).toEqual(["/license/confirmsRights", "/license/kind", "/license/text", "/more", "/name"]);
  const without = problemOf(await api.call("POST", "/datasets", { json: { name: "A" } }));
  expect(without.errors?.map(({ pointer }) => pointer)).toEqual(["/license"]);
  expect(api.stores.datasets.all()).toEqual([]);
});

test("the same request with the same key is answered again, and the quota ends in 429", async () => {
  const api = composerApi();
  const send = async () => await api.call("POST", "/datasets", { json: body, headers: { "idempotency-key": "k" } });
  const first = await send();
  expect((await send()).body).toEqual(first.body);
  for (let more = 1; more < quotas.datasets; more += 1) await created(api);
  const refused = await api.call("POST", "/datasets", { json: body });
  expect([refused.status, problemOf(refused).code]).toEqual([429, "USER_QUOTA_REACHED"]);
  expect(problemOf(refused).detail).toContain(`${quotas.datasets} data sets`);
});

test("it is listed, renamed and deleted with all that it has; its place is free again", async () => {
  const api = composerApi();
  const id = await created(api);
  const list = await api.call("GET", "/datasets?q=BAND&sort=name");
  expect(list.body).toMatchObject({ total: 1, items: [{ id, name: "My band" }] });
  const renamed = await api.call("PATCH", `/datasets/${id}`, {
    json: { name: "Our band" },
    headers: { "if-match": '"1"' },
  });
  expect(resourceOf(renamed, datasetSchema)).toMatchObject({ name: "Our band", description: "Demos of 2026." });
  expect((await api.call("PATCH", `/datasets/${id}`, { json: {} })).status).toBe(400);
  await api.call("POST", `/datasets/${id}/uploads`, { json: { files: offered(2) } });
  const owned = { sub: alice, id };
  api.work.put(incomingFileKey(owned, shaOf(0)), "bytes");
  api.files.put(datasetFileObjectKey(owned, shaOf(1)), "bytes");
  expect((await api.call("DELETE", `/datasets/${id}`)).status).toBe(204);
  expect((await api.call("GET", `/datasets/${id}`)).status).toBe(404);
  expect([api.work.keys(), api.files.keys()]).toEqual([[], []]);
  expect(await api.stores.datasetFiles.page({ dataset: owned, limit: 10 })).toEqual([]);
  expect(api.stores.quotaOf(alice, "datasets")).toBe(0);
  // Somebody may still be sending files. The reconciler looks again when no URL works any more.
  expect(api.stores.pending()).toMatchObject([{ of: "DATASET", state: "DELETING", id }]);
});

test("files are offered, and each answer says what to do", async () => {
  const api = composerApi();
  const id = await created(api);
  const files = [
    ...offered(1),
    { path: "../up.mid", bytes: 100, sha256: shaOf(11) },
    { path: "a\\b.mid", bytes: 100, sha256: shaOf(12) },
    { path: "/root.mid", bytes: 100, sha256: shaOf(13) },
    { path: "line\nbreak.mid", bytes: 100, sha256: shaOf(14) },
    { path: "\u202etxt.mid", bytes: 100, sha256: shaOf(15) },
    { path: "x".repeat(256), bytes: 100, sha256: shaOf(16) },
    { path: "a/b/c/d/e/f/g/h/i/j.mid", bytes: 100, sha256: shaOf(17) },
    { path: "small.mid", bytes: 13, sha256: shaOf(18) },
    { path: "large.mid", bytes: 1_048_577, sha256: shaOf(19) },
    { path: "tags.mid", bytes: 100, sha256: shaOf(20), tags: { genre: Array.from({ length: 33 }, String) } },
    { path: "tag.mid", bytes: 100, sha256: shaOf(21), tags: { genre: ["\u0000"] } },
    { path: "", bytes: 100, sha256: shaOf(22) },
  ];
  const reply = await api.call("POST", `/datasets/${id}/uploads`, { json: { files } });
  const { items } = resourceOf(reply, offeredFileListSchema);
  expect(items.map(({ path }) => path)).toEqual(files.map(({ path }) => path));
  expect(items.map((item) => (item.kind === "rejected" ? item.code : item.kind))).toEqual([
    ...["upload", "PATH_NOT_RELATIVE", "PATH_HAS_BACKSLASH", "PATH_NOT_RELATIVE"],
    ...["PATH_HAS_CONTROL_CHARACTERS", "PATH_HAS_CONTROL_CHARACTERS", "PATH_TOO_LONG", "PATH_TOO_DEEP"],
    ...["FILE_TOO_SMALL", "FILE_TOO_LARGE", "TOO_MANY_TAG_VALUES", "TAG_NOT_ALLOWED", "PATH_EMPTY"],
  ]);
  for (const item of items) if (item.kind === "rejected") expect(item.reason).toMatch(/^[A-Z].*\.$/);
  expect(api.stores.datasets.all()[0]).toMatchObject({ files: { pending: 1, accepted: 0, rejected: 0 }, bytes: 100 });
});

test("a request with broken files is refused whole: no digest, too many, none", async () => {
  const api = composerApi();
  const id = await created(api);
  for (const files of [[], offered(101), [{ path: "a", bytes: -1, sha256: "A" }]]) {
    expect((await api.call("POST", `/datasets/${id}/uploads`, { json: { files } })).status).toBe(400);
  }
  expect(api.stores.datasets.all()[0]?.files.pending).toBe(0);
});

test("a full data set takes what fits, and says so of the others", async () => {
  const api = composerApi();
  const row = dataset({ files: { pending: 0, accepted: datasetLimits.files - 2, rejected: 0 } });
  api.stores.datasets.put(row);
  const reply = await api.call("POST", `/datasets/${row.id}/uploads`, { json: { files: offered(4) } });
  const { items } = resourceOf(reply, offeredFileListSchema);
  expect(items.map((item) => (item.kind === "rejected" ? item.code : item.kind))).toEqual([
    ...["upload", "upload", "DATASET_FULL", "DATASET_FULL"],
  ]);
  const heavy = dataset({ bytes: datasetLimits.bytes - 250 });
  api.stores.datasets.put(heavy);
  const second = await api.call("POST", `/datasets/${heavy.id}/uploads`, { json: { files: offered(4) } });
  expect(resourceOf(second, offeredFileListSchema).items.filter(({ kind }) => kind === "upload")).toHaveLength(2);
});

test("files are listed by state, a page at a time", async () => {
  const api = composerApi();
  const id = await created(api);
  await api.call("POST", `/datasets/${id}/uploads`, { json: { files: offered(5) } });
  const seen: string[] = [];
  let target = `/datasets/${id}/files?state=pending&limit=2`;
  for (;;) {
    const page = resourceOf(await api.call("GET", target), datasetFileListSchema);
    expect(page.total).toBe(5);
    seen.push(...page.items.map(({ sha256 }) => sha256));
    if (page.nextCursor === undefined) break;
    target = `/datasets/${id}/files?limit=2&cursor=${page.nextCursor}`;
  }
  expect(seen).toEqual(offered(5).map(({ sha256 }) => sha256));
  const all = resourceOf(await api.call("GET", `/datasets/${id}/files`), datasetFileListSchema);
  expect(all.items).toHaveLength(5);
  const none = resourceOf(await api.call("GET", `/datasets/${id}/files?state=rejected`), datasetFileListSchema);
  expect(none).toEqual({ items: [], total: 0 });
  const first = resourceOf(await api.call("GET", `/datasets/${id}/files?limit=1`), datasetFileListSchema);
  const foreign = await api.call("GET", `/datasets/${id}/files?state=rejected&cursor=${first.nextCursor ?? ""}`);
  expect(problemOf(foreign).code).toBe("INVALID_CURSOR");
});

/** A data set with two songs that were read, one that is pending, and noise that was rejected. */
async function withFiles(api: ComposerApi) {
  const id = await created(api);
  const owned = { sub: alice, id };
  const bands = arrangedFiles({ count: 12, seed: 8, isHidden: false }).filter(({ roles }) => roles.includes("drums"));
  const songs = bands.slice(0, 3).map(({ bytes }) => bytes);
  const files = [...songs, new TextEncoder().encode("noise that is nothing at all")];
  const digests = files.map((bytes) => createHash("sha256").update(bytes).digest("hex"));
  const offers = files.map((bytes, index) => ({
    ...{ path: `rock/${index}.mid`, bytes: bytes.length, sha256: digests[index] },
  }));
  await api.call("POST", `/datasets/${id}/uploads`, { json: { files: offers } });
  const arrived = [0, 1, 3].map((index) => {
    const sha256 = digests[index] ?? "";
    api.work.put(incomingFileKey(owned, sha256), files[index] ?? "");
    return { messageId: sha256, deliveries: 1, dataset: owned, sha256 };
  });
  const { datasets, datasetFiles } = api.stores;
  const [log, metrics] = [new CollectingLog(), new CollectingMetrics()];
  await ingestFiles({ files: arrived, datasets, datasetFiles, work: api.work, artifacts: api.files, log, metrics });
  const [song = "", other = "", pending = "", noise = ""] = digests.map((sha256) => `/datasets/${id}/files/${sha256}`);
  return { id, owned, digests, paths: { song, other, pending, noise } };
}

const countsOf = async (api: ComposerApi, id: string) => {
  const { files, bytes, bars, lineUps, reasons } = resourceOf(await api.call("GET", `/datasets/${id}`), datasetSchema);
  return { files, bytes, bars, lineUps, reasons };
};
const fileOf = async (api: ComposerApi, path: string) =>
  resourceOf(await api.call("GET", path), reportedDatasetFileSchema);

test("a file tells what was taken for what; one that is pending or cannot be read has no report", async () => {
  const api = composerApi();
  const { paths } = await withFiles(api);
  const song = await fileOf(api, paths.song);
  expect(song).toMatchObject({ path: "rock/0.mid", state: "accepted" });
  expect(new Set(song.report?.tracks.map(({ role }) => role))).toEqual(new Set(["melody", "chords", "bass", "drums"]));
  expect(song.sentences?.join(" ")).toContain("taken for melody");
  expect(await fileOf(api, paths.pending)).toMatchObject({ state: "pending" });
  const noise = await fileOf(api, paths.noise);
  expect([noise.code, noise.report]).toEqual(["NOT_MIDI", undefined]);
  const tag = (await api.call("GET", paths.song)).headers["etag"] ?? "";
  expect((await api.call("GET", paths.song, { headers: { "if-none-match": tag } })).status).toBe(304);
});

test("a file is read again by its owner's word, and counts follow, there and back", async () => {
  const api = composerApi();
  const { id, owned, paths, digests } = await withFiles(api);
  const before = await countsOf(api, id);
  const song = await fileOf(api, paths.song);
  const drums = song.report?.tracks.find(({ role }) => role === "drums");
  const overrides = [{ trackIndex: drums?.index ?? -1, role: "none" as const }];
  const told = await api.call("PATCH", paths.song, { json: { overrides } });
  const changed = resourceOf(told, reportedDatasetFileSchema);
  expect(changed).toMatchObject({ state: "accepted", overrides });
  expect(changed.lineUps?.band).toBeUndefined();
  expect(await fileOf(api, paths.song)).toEqual(changed);
  expect((await countsOf(api, id)).lineUps.band?.files).toBe((before.lineUps.band?.files ?? 0) - 1);

  const mute = (song.report?.tracks ?? []).map(({ index }) => ({ trackIndex: index, role: "none" }));
  const none = resourceOf(
    await api.call("PATCH", paths.song, { json: { overrides: mute } }),
    reportedDatasetFileSchema,
  );
  expect(none).toMatchObject({ state: "rejected", code: "NO_LINE_UP" });
  expect(await countsOf(api, id)).toMatchObject({
    ...{ files: { pending: 1, accepted: 1, rejected: 2 }, reasons: { NO_LINE_UP: 1, NOT_MIDI: 1 } },
  });
  await api.call("PATCH", paths.song, { json: { overrides: [] } });
  expect([await fileOf(api, paths.song), await countsOf(api, id)]).toEqual([song, before]);
  expect(await api.stores.datasetFiles.find(owned, digests.slice(0, 1))).toHaveProperty("size", 1);
});

test("what is said of a pending file holds when it arrives; of one without tracks nothing can be said", async () => {
  const api = composerApi();
  const { paths } = await withFiles(api);
  const overrides = [{ trackName: "*bass*", role: "none" }];
  const pending = await api.call("PATCH", paths.pending, { json: { overrides } });
  expect(resourceOf(pending, reportedDatasetFileSchema)).toMatchObject({ state: "pending", overrides });
  const noise = await api.call("PATCH", paths.noise, { json: { overrides } });
  expect([noise.status, problemOf(noise).code]).toEqual([422, "UNREADABLE_MIDI"]);
  const bad = await api.call("PATCH", paths.song, {
    json: { overrides: [{ role: "melody" }, { trackIndex: 0, role: "viola" }] },
  });
  expect(problemOf(bad).errors?.map(({ pointer }) => pointer)).toEqual(["/overrides/0", "/overrides/1/role"]);
});

test("a file whose bytes or report are lost is told of, and can be taken out", async () => {
  const api = composerApi();
  const { owned, digests, paths } = await withFiles(api);
  const [song = ""] = digests;
  api.files.put(datasetPiecesKey(owned, song), "no gzip");
  api.files.objects.delete(datasetFileObjectKey(owned, song));
  expect(problemOf(await api.call("GET", paths.song)).code).toBe("FILE_LOST");
  expect(problemOf(await api.call("PATCH", paths.song, { json: { overrides: [] } })).code).toBe("FILE_LOST");
  expect((await api.call("DELETE", paths.song)).status).toBe(204);
});

test("a file is taken out in every state, with what is kept of it, and can be offered again", async () => {
  const api = composerApi();
  const { id, paths } = await withFiles(api);
  for (const path of Object.values(paths)) {
    expect((await api.call("DELETE", path)).status).toBe(204);
    expect((await api.call("GET", path)).status).toBe(404);
    expect((await api.call("DELETE", path)).status).toBe(404);
  }
  const nothing = { bytes: 0, bars: {}, lineUps: {}, reasons: {} };
  expect(await countsOf(api, id)).toEqual({ files: { pending: 0, accepted: 0, rejected: 0 }, ...nothing });
  expect([api.files.keys(), api.work.keys()]).toEqual([[], []]);
  expect((await api.call("GET", `/datasets/${id}/files/nothing`)).status).toBe(404);
});

test("an archive is offered, and every broken field of the offer is named", async () => {
  const api = composerApi();
  const id = await created(api);
  const json = { bytes: 1000, sha256: shaOf(1), tagsFrom: "folders" };
  const reply = await api.call("POST", `/datasets/${id}/archives`, { json });
  expect(resourceOf(reply, offeredArchiveSchema)).toMatchObject({ kind: "upload", sha256: shaOf(1) });
  expect(resourceOf(await api.call("GET", `/datasets/${id}`), datasetSchema).archive).toMatchObject({
    ...{ ...json, state: "pending" },
  });
  const bad = { bytes: datasetLimits.archiveBytes + 1, sha256: "A", tagsFrom: "names" };
  const refused = await api.call("POST", `/datasets/${id}/archives`, { json: bad });
  expect(refused.status).toBe(400);
  expect(
    problemOf(refused)
      .errors?.map(({ pointer }) => pointer)
      .sort(),
  ).toEqual(["/bytes", "/sha256", "/tagsFrom"]);
});

test("another user's data set does not exist", async () => {
  const api = composerApi();
  const id = await created(api);
  const files = offered(1);
  await api.call("POST", `/datasets/${id}/uploads`, { json: { files } });
  for (const [method, path, json] of [
    ["GET", "", undefined],
    ["PATCH", "", { name: "Mine" }],
    ["DELETE", "", undefined],
    ["POST", "/uploads", { files }],
    ["POST", "/archives", { bytes: 100, sha256: shaOf(0), tagsFrom: "none" }],
    ["GET", "/files", undefined],
    ["GET", `/files/${shaOf(0)}`, undefined],
    ["PATCH", `/files/${shaOf(0)}`, { overrides: [] }],
    ["DELETE", `/files/${shaOf(0)}`, undefined],
  ] as const) {
    const { status } = await api.call(method, `/datasets/${id}${path}`, { sub: bob, json });
    expect([method, path, status]).toEqual([method, path, 404]);
  }
  expect(api.stores.datasets.all()).toMatchObject([{ files: { pending: 1 } }]);
});
