/** People bring MIDI files of their own: offered, sent one by one, read behind the bucket's events, counted, deleted. */
import { createHash } from "node:crypto";
import * as z from "zod";
import { writeMidi } from "../../../domain/music/score";
import { parseMidi } from "../../../domain/music/song";
import {
  datasetFileListSchema,
  datasetSchema,
  datasetVersionListSchema,
  datasetVersionSchema,
  offeredArchiveSchema,
  offeredFileListSchema,
  reportedDatasetFileSchema,
} from "../../../domain/schemas/api/datasets";
import { modelSchema } from "../../../domain/schemas/api/models";
import { trainingEstimateSchema } from "../../../domain/schemas/api/training";
import { arrangedFiles } from "../../support/arranged-files";
import { bandArchive } from "../../support/band-archive";
import { type ApiSession, openSession, shapes } from "../api-session";
import { newUserToken, oneCloud } from "./support/one-cloud";

interface LocalFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

type Answer = z.infer<typeof offeredFileListSchema>["items"][number];

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const file = (path: string, bytes: Uint8Array): LocalFile => ({ path, bytes: new Uint8Array(bytes) });

/** A file with a few notes: it can be read, and has too few bars. */
const short = (pitch: number): Uint8Array =>
  writeMidi({
    ...{ schemaVersion: 1, name: "Short", ticksPerBeat: 480, tempo: 100, bars: 1 },
    tracks: [
      {
        ...{ name: "Melody", program: 0, source: "input" },
        notes: [{ startTick: 0, durationTicks: 480, pitch, velocity: 80 }],
      },
    ],
  });

const music = arrangedFiles({ count: 24, seed: 15, isHidden: false }).map(({ bytes }, index) =>
  file(`${index % 2 === 0 ? "rock" : "pop"}/song-${index}.mid`, bytes),
);
const picture = file("pop/cover.mid", Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), Buffer.alloc(100)]));
const brief = [file("rock/jingle.mid", short(60)), file("rock/ring.mid", short(62))];
const folder = [...music, picture, ...brief];
// It is made before the first request: connections would be closed meanwhile.
const archive = bandArchive({ arranged: 160, game: 40 });

let api: ApiSession;
let other: ApiSession;

beforeAll(async () => {
  api = openSession(oneCloud.outputs(), await newUserToken());
  other = openSession(oneCloud.outputs(), await newUserToken());
});

async function createDataset(name: string): Promise<string> {
  const license = { kind: "own-work", text: "I wrote and played all of it.", confirmsRights: true };
  const response = await api.call("POST", "/datasets", { json: { name, license } });
  expect(response.status).toBe(201);
  return response.json(datasetSchema).id;
}

async function offer(id: string, files: readonly LocalFile[]): Promise<readonly Answer[]> {
  const offered = files.map(({ path, bytes }) => ({ path, bytes: bytes.length, sha256: sha256Of(bytes) }));
  const response = await api.call("POST", `/datasets/${id}/uploads`, { json: { files: offered } });
  expect(response.status).toBe(200);
  return response.json(offeredFileListSchema).items;
}

async function put(
  answer: z.infer<typeof offeredArchiveSchema> | Answer | undefined,
  body: Uint8Array<ArrayBuffer>,
): Promise<number> {
  if (answer?.kind !== "upload") throw new Error(`nothing is to be sent: ${JSON.stringify(answer)}`);
  const { url, headers } = answer;
  const response = await fetch(url, { method: "PUT", headers, body });
  await response.arrayBuffer();
  return response.status;
}

const allRead = async (id: string): Promise<z.infer<typeof datasetSchema>> =>
  await api.pollUntil(`/datasets/${id}`, datasetSchema, ({ files }) => files.pending === 0, 300);

it("reads a folder that is sent file by file, also when its sender is cut off half-way", async () => {
  const id = await createDataset("My band");
  const first = await offer(id, folder);
  expect(first.map(({ kind }) => kind)).toEqual(folder.map(() => "upload"));
  const sentFirst = folder.slice(0, 10);
  for (const [index, { bytes }] of sentFirst.entries()) expect(await put(first[index], bytes)).toBe(200);
  await api.pollUntil(`/datasets/${id}`, datasetSchema, ({ files }) => files.accepted === 10, 300);

  const again = await offer(id, folder);
  expect(again.map(({ kind }) => kind)).toEqual(folder.map((_, index) => (index < 10 ? "known" : "upload")));
  for (const [index, { bytes }] of folder.entries()) if (index >= 10) expect(await put(again[index], bytes)).toBe(200);

  const read = await allRead(id);
  expect(read.files).toEqual({ pending: 0, accepted: 24, rejected: 3 });
  expect(read.reasons).toEqual({ NOT_MIDI: 1, TOO_FEW_BARS: 2 });
  expect(read.bytes).toBe(folder.reduce((sum, { bytes }) => sum + bytes.length, 0));
  expect(read.lineUps.trio?.files).toBe(24);
  expect(read.bars["4/4"]).toBeGreaterThan(24 * 8);

  const rejected = (await api.call("GET", `/datasets/${id}/files?state=rejected`)).json(datasetFileListSchema);
  expect(rejected.items.map(({ path, code }) => [path, code]).sort()).toEqual([
    ["pop/cover.mid", "NOT_MIDI"],
    ["rock/jingle.mid", "TOO_FEW_BARS"],
    ["rock/ring.mid", "TOO_FEW_BARS"],
  ]);
  for (const { reason } of rejected.items) expect(reason).toMatch(/^[A-Z].*\.$/);

  const known = await offer(id, folder);
  expect(new Set(known.map(({ kind }) => kind))).toEqual(new Set(["known", "rejected"]));
  expect((await api.call("DELETE", `/datasets/${id}`)).status).toBe(204);
  expect((await api.call("GET", `/datasets/${id}`)).status).toBe(404);
});

/** Asks for the version of what the data set has now, until it is made. */
async function frozen(id: string, json: unknown): Promise<z.infer<typeof datasetVersionSchema>> {
  const asked = await api.call("POST", `/datasets/${id}/versions`, { json });
  expect(asked.status).toBe(202);
  const location = asked.headers.get("location") ?? "";
  return await api.pollUntil(location, datasetVersionSchema, ({ state }) => state !== "FREEZING", 300);
}

async function codeOf(session: ApiSession, method: string, path: string, json?: unknown): Promise<readonly unknown[]> {
  const response = await session.call(method, path, json === undefined ? {} : { json });
  return [response.status, response.json(shapes.problem).code];
}

it("trains a band on a version of a folder, and composes with it, with drums", async () => {
  const id = await createDataset("Garage");
  const { tags, files } = { tags: { genre: ["rock"] }, files: music };
  const offered = files.map(({ path, bytes }) => ({ path, bytes: bytes.length, sha256: sha256Of(bytes), tags }));
  const uploads = await api.call("POST", `/datasets/${id}/uploads`, { json: { files: offered } });
  const answers = uploads.json(offeredFileListSchema).items;
  expect(await codeOf(api, "POST", `/datasets/${id}/versions`, { lineUp: "band" })).toEqual([409, "UPLOADS_OPEN"]);
  for (const [index, { bytes }] of files.entries()) expect(await put(answers[index], bytes)).toBe(200);
  await allRead(id);

  const version = await frozen(id, { lineUp: "band" });
  expect(version).toMatchObject({ state: "READY", lineUp: "band" });
  const { content } = version;
  if (content === undefined) throw new Error("a version that is ready has no content");
  expect(content.voices.map(({ name }) => name)).toEqual(["Melody", "Chords", "Bass", "Drums"]);
  const splits = Object.values(content.splits);
  expect(splits.reduce((sum, { pieces }) => sum + pieces, 0)).toBe(content.pieces);
  expect(splits.reduce((sum, { bars }) => sum + bars, 0)).toBe(content.bars);
  const again = await api.call("POST", `/datasets/${id}/versions`, { json: { lineUp: "band" } });
  expect([again.status, again.json(datasetVersionSchema)]).toEqual([200, version]);
  expect((await api.call("GET", `/datasets/${id}/versions`)).json(datasetVersionListSchema).items).toEqual([version]);

  const topics = (await api.call("GET", `/training-topics?datasetId=${id}`)).json(shapes.topics);
  expect(topics.selection).toEqual(content.splits.train);
  expect(topics.topics["genre"]).toEqual({ rock: content.splits.train.pieces });
  const body = {
    ...{ name: "Garage band", technique: "unet-gan", datasetId: id, versionId: version.id },
    hyperparameters: { epochs: 1, modelSize: "small" },
  };
  const estimate = (await api.call("POST", "/training-jobs/estimate", { json: body })).json(trainingEstimateSchema);
  expect(estimate.dataset).toEqual({ id, version: version.id, sha256: content.sha256 });
  expect(estimate.splits.train).toMatchObject(content.splits.train);

  // For another user there is no such data set, whatever they ask for.
  expect(await codeOf(other, "POST", "/training-jobs", body)).toEqual([422, "DATASET_NOT_FOUND"]);
  expect(await codeOf(other, "POST", "/training-jobs/estimate", body)).toEqual([422, "DATASET_NOT_FOUND"]);
  expect(await codeOf(other, "GET", `/training-topics?datasetId=${id}`)).toEqual([422, "DATASET_NOT_FOUND"]);

  const launched = await api.call("POST", "/training-jobs", { json: body });
  expect(launched.status).toBe(202);
  const job = launched.json(shapes.trainingJob);
  expect(await codeOf(api, "DELETE", `/datasets/${id}`)).toEqual([409, "IN_USE"]);
  const isEnded = ({ state }: typeof job): boolean => ["READY", "FAILED", "STOPPED"].includes(state);
  const ended = await api.pollUntil(`/training-jobs/${job.id}`, shapes.trainingJob, isEnded, 900);
  expect(ended).toMatchObject({ state: "READY", endReason: "EPOCHS_COMPLETED" });
  const path = `/models/${ended.modelId ?? ""}`;
  const model = (await api.call("GET", path)).json(modelSchema);
  expect(model.dataset).toMatchObject({
    ...{ id, version: version.id, sha256: content.sha256, private: true, lineUp: "band", bars: content.bars },
    ...{ license: "own-work: I wrote and played all of it.", licenseKinds: { "own-work": 1 } },
  });

  const composed = await api.call("POST", "/compositions", {
    json: {
      ...{ name: "Garage joy", technique: "unet-gan", modelId: model.id },
      input: { sampleMelodyId: "ode-to-joy" },
    },
  });
  const { id: compositionId } = composed.json(shapes.composition);
  const piece = await api.pollUntil(
    `/compositions/${compositionId}`,
    shapes.composition,
    ({ state }) => state === "COMPLETED" || state === "FAILED",
    300,
  );
  expect(piece.state).toBe("COMPLETED");
  expect(piece.output?.tracks.map(({ name }) => name)).toEqual(["Ode to Joy", "Chords", "Bass", "Drums"]);
  expect(piece.output?.tracks.map(({ isDrums }) => isDrums)).toEqual([undefined, undefined, undefined, true]);
  const midi = await api.call("GET", `/compositions/${compositionId}/midi`, { headers: { accept: "audio/midi" } });
  const song = parseMidi(midi.bytes);
  // Drums are what is on channel 10.
  expect(song.tracks.map(({ isDrums }) => isDrums)).toEqual([false, false, false, true]);
  expect(song.tracks[3]?.notes.length).toBeGreaterThan(0);

  expect((await api.call("DELETE", `/datasets/${id}`)).status).toBe(204);
  expect((await api.call("GET", `/datasets/${id}/versions/${version.id}`)).status).toBe(404);
  expect((await api.call("GET", path)).json(modelSchema).dataset.deletedAt).toMatch(/^20/);
  expect(await codeOf(api, "POST", "/training-jobs", body)).toEqual([422, "DATASET_NOT_FOUND"]);
}, 1_500_000);

it("34: takes exactly the bytes that were offered, once, and under no other key", async () => {
  const id = await createDataset("Strict");
  const [song] = music;
  if (song === undefined) throw new Error("there is no song");
  const [answer] = await offer(id, [song]);
  const changed = song.bytes.map((byte, index) => (index === song.bytes.length - 1 ? byte ^ 1 : byte));
  expect(await put(answer, changed)).toBe(400);
  expect(await put(answer, new Uint8Array([...song.bytes, 0]))).toBe(403);
  if (answer?.kind !== "upload") throw new Error("nothing is to be sent");
  const underAnotherKey = answer.url.replace(sha256Of(song.bytes), "0".repeat(64));
  expect(await put({ ...answer, url: underAnotherKey }, song.bytes)).toBe(403);
  expect(await put({ ...answer, headers: { "if-none-match": "*" } }, song.bytes)).toBe(403);
  expect(await put(answer, song.bytes)).toBe(200);
  const second = await put(answer, song.bytes);
  // Once it was read the object is gone, and the same bytes may come again; they change nothing.
  expect([200, 412]).toContain(second);
  expect((await allRead(id)).files).toEqual({ pending: 0, accepted: 1, rejected: 0 });
});

it("reads an archive of 200 files of bands and 12 hostile ones: it accepts the 200, and rejects the 12 by their codes", async () => {
  const id = await createDataset("An archive");
  const { bytes, good, reasons } = archive;
  const offered = { bytes: bytes.length, sha256: sha256Of(bytes), tagsFrom: "folders" };
  const offerArchive = async () => {
    const response = await api.call("POST", `/datasets/${id}/archives`, { json: offered });
    expect(response.status).toBe(200);
    return response.json(offeredArchiveSchema);
  };
  const answer = await offerArchive();
  expect(
    await put(
      answer,
      bytes.map((byte, index) => (index === 40 ? byte ^ 1 : byte)),
    ),
  ).toBe(400);
  expect(await put(answer, bytes)).toBe(200);
  const isOver = ({ archive }: z.infer<typeof datasetSchema>): boolean =>
    archive?.state === "read" || archive?.state === "refused";
  const read = await api.pollUntil(`/datasets/${id}`, datasetSchema, isOver, 300);
  expect(read.files).toEqual({ pending: 0, accepted: good, rejected: 12 });
  expect(read.reasons).toEqual(reasons);
  expect(read.archive).toMatchObject({ state: "read", entries: { all: good + 12, read: good + 12, leftOut: 0 } });
  expect(read.lineUps.band?.files).toBeGreaterThan(good / 2);
  expect(read.lineUps.trio?.files).toBe(good);

  // The same archive again is read again, and changes nothing.
  expect(await put(await offerArchive(), bytes)).toBe(200);
  const again = await api.pollUntil(`/datasets/${id}`, datasetSchema, isOver, 300);
  expect([again.files, again.reasons, again.bytes]).toEqual([read.files, read.reasons, read.bytes]);

  // What cannot be read at all is refused whole.
  const cut = bytes.slice(0, 100_000);
  const json = { bytes: cut.length, sha256: sha256Of(cut), tagsFrom: "none" };
  const cutAnswer = (await api.call("POST", `/datasets/${id}/archives`, { json })).json(offeredArchiveSchema);
  expect(await put(cutAnswer, cut)).toBe(200);
  const refused = await api.pollUntil(`/datasets/${id}`, datasetSchema, isOver, 60);
  expect(refused.archive).toMatchObject({ state: "refused", code: "ARCHIVE_NOT_A_ZIP" });
  expect(refused.files).toEqual(read.files);
});

it("says what was taken for what in a file, reads it again by its owner's word, and gives it back", async () => {
  const id = await createDataset("Words");
  const songs = music.slice(0, 2);
  const answers = await offer(id, songs);
  for (const [index, { bytes }] of songs.entries()) expect(await put(answers[index], bytes)).toBe(200);
  await allRead(id);
  const [sha256 = ""] = songs.map(({ bytes }) => sha256Of(bytes));
  const path = `/datasets/${id}/files/${sha256}`;
  const before = (await api.call("GET", path)).json(reportedDatasetFileSchema);
  expect(before.report?.tracks.map(({ role }) => role).sort()).toEqual(expect.arrayContaining(["bass", "melody"]));
  expect(before.sentences?.join()).toContain("is taken for melody");

  const mute = (before.report?.tracks ?? []).map(({ index }) => ({ trackIndex: index, role: "none" }));
  const without = await api.call("PATCH", path, { json: { overrides: mute } });
  expect(without.json(reportedDatasetFileSchema)).toMatchObject({
    state: "rejected",
    code: "NO_LINE_UP",
    overrides: mute,
  });
  expect((await api.call("GET", `/datasets/${id}`)).json(datasetSchema).files).toEqual({
    ...{ pending: 0, accepted: 1, rejected: 1 },
  });
  const restored = (await api.call("PATCH", path, { json: { overrides: [] } })).json(reportedDatasetFileSchema);
  expect(restored).toEqual(before);

  expect((await api.call("DELETE", path)).status).toBe(204);
  expect((await api.call("GET", path)).status).toBe(404);
  expect((await api.call("DELETE", path)).status).toBe(404);
  expect((await allRead(id)).files).toEqual({ pending: 0, accepted: 1, rejected: 0 });
  expect((await offer(id, songs)).map(({ kind }) => kind)).toEqual(["upload", "known"]);
});

it("shows a data set to nobody but its owner", async () => {
  const id = await createDataset("Private");
  const list = shapes.list(z.object({ id: z.string() }));
  expect((await other.call("GET", "/datasets")).json(list).items.map((item) => item.id)).not.toContain(id);
  const [song] = music;
  if (song === undefined) throw new Error("there is no song");
  const sha256 = sha256Of(song.bytes);
  await offer(id, [song]);
  const files = [{ path: "a.mid", bytes: 100, sha256: "a".repeat(64) }];
  const requests: readonly (readonly [string, string, unknown?])[] = [
    ["GET", ""],
    ["PATCH", "", { name: "Mine" }],
    ["DELETE", ""],
    ["POST", "/uploads", { files }],
    ["POST", "/archives", { bytes: 100, sha256: "a".repeat(64), tagsFrom: "none" }],
    ["GET", "/files"],
    ["GET", `/files/${sha256}`],
    ["PATCH", `/files/${sha256}`, { overrides: [] }],
    ["DELETE", `/files/${sha256}`],
    ["POST", "/versions", { lineUp: "band" }],
    ["GET", "/versions"],
    ["GET", `/versions/${"0".repeat(16)}`],
  ];
  for (const [method, path, json] of requests) {
    const { status } = await other.call(method, `/datasets/${id}${path}`, json === undefined ? {} : { json });
    expect([method, path, status]).toEqual([method, path, 404]);
  }
  expect((await api.call("GET", `/datasets/${id}`)).json(datasetSchema).files.pending).toBe(1);
  expect((await api.call("GET", `/datasets/${id}/files/${sha256}`)).status).toBe(200);
});
