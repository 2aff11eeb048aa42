/** The API's functions as they are deployed, environment and all, on a real table and real buckets. */
import { createHash } from "node:crypto";
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import * as z from "zod";
import type { Melody } from "../../domain/music/melody";
import { findSampleMelody, sampleAsMelody } from "../../domain/music/sample-melodies";
import { composeScore, scoreOutput, writeMidi } from "../../domain/music/score";
import { compositionListSchema, compositionSchema } from "../../domain/schemas/api/compositions";
import { trackSchema } from "../../domain/schemas/api/tracks";
import { trainingJobSchema } from "../../domain/schemas/api/training";
import {
  checkpointsPrefix,
  compositionMidiKey,
  compositionScoreKey,
  sampleFile,
  trackKey,
} from "../../naming/object-keys";
import { ownedKey, type TableKey } from "../../naming/table-keys";
import { type ApiFunctions, startApiFunctions } from "./support/api-functions";
import { type LocalTable, putStockRows, startLocalTable } from "./support/local-table";

let local: LocalTable;
let functions: ApiFunctions;

beforeAll(async () => {
  local = await startLocalTable();
  const quotas = {
    openCompositions: 10,
    openTrainingJobs: 5,
    tracks: 10,
    models: 10,
    compositions: 50,
    trainingJobs: 50,
    storedBytes: 10_000_000,
    datasets: 10,
  };
  functions = await startApiFunctions({ local, quotas });
  await putStockRows(local);
});
afterAll(async () => {
  functions.stop();
  await local.stop();
});

const call: ApiFunctions["call"] = async (...request) => await functions.call(...request);

function builtIn(id: string): Melody {
  const melody = findSampleMelody(id);
  if (melody === undefined) throw new Error(`no sample melody ${id}`);
  return sampleAsMelody(melody);
}

/** Ends unfinished work in the table, as the worker or the workflow does. */
const end = async (key: TableKey, set: object): Promise<void> => {
  const changes = { set: { ...set }, add: { version: 1 }, remove: ["openWork", "openWorkOwner"] };
  await local.table.write([{ kind: "UPDATE", key, changes }]);
};

const user = (name: string): string => `user-${name}`;

test("upload, list, rename, delete a track", async () => {
  const sub = user("tracks");
  const melody = builtIn("ode-to-joy");
  const bytes = writeMidi(composeScore({ name: "Upload", melody, generated: [] }));
  const headers = { "content-type": "audio/midi", "idempotency-key": "one" };
  const created = await call("POST", "/tracks?name=Joy", { sub, bytes, headers });
  expect(created.status).toBe(201);
  const { id, noteCount } = trackSchema.parse(created.body);
  expect(noteCount).toBe(melody.notes.length);
  expect((await call("POST", "/tracks?name=Joy", { sub, bytes, headers })).bytes).toEqual(created.bytes);
  expect((await call("POST", "/tracks?name=Other", { sub, bytes, headers })).status).toBe(422);
  expect((await call("GET", "/tracks", { sub })).body).toMatchObject({ items: [{ id, name: "Joy" }] });
  expect((await call("PATCH", `/tracks/${id}`, { sub, json: { name: "New" } })).body).toMatchObject({ name: "New" });

  const composed = await call("POST", "/compositions", {
    sub,
    json: { name: "On it", technique: "unet-gan", modelId: "unet-gan-bach", input: { trackId: id } },
  });
  expect(composed.status).toBe(202);
  const composition = compositionSchema.parse(composed.body);
  expect(await call("DELETE", `/tracks/${id}`, { sub })).toMatchObject({
    status: 409,
    body: { usedBy: [{ type: "composition", id: composition.id, name: "On it" }] },
  });
  for (const [query, total] of [
    [`input=trackId:${id}&technique=unet-gan&state=PENDING&modelId=unet-gan-bach&q=on%20IT`, 1],
    [`input=compositionId:${id}`, 0],
  ] as const) {
    expect((await call("GET", `/compositions?${query}`, { sub })).body).toMatchObject({ total });
  }
  for (const sort of ["name", "createdAt"]) {
    const list = await call("GET", `/models?stock=true&sort=${sort}&limit=1`, { sub });
    expect(list.body).toMatchObject({ items: [{ stock: true }] });
    const headers = { "if-none-match": list.headers["etag"] ?? "" };
    expect((await call("GET", `/models?stock=true&sort=${sort}&limit=1`, { sub, headers })).status).toBe(304);
  }
  expect((await call("GET", `/tracks/${id}`, { sub: user("other") })).status).toBe(404);
});

test("variations are one open composition, and their list is found by their group", async () => {
  const sub = user("variations");
  const json = { name: "Four", technique: "arranger", input: { sampleMelodyId: "ode-to-joy" }, seed: 3, variations: 4 };
  const headers = { "idempotency-key": "four" };
  const created = await call("POST", "/compositions", { sub, json, headers });
  expect(created.status).toBe(202);
  expect(compositionListSchema.parse(created.body).items.map(({ seed }) => seed)).toEqual([3, 4, 5, 6]);
  expect((await call("POST", "/compositions", { sub, json, headers })).bytes).toEqual(created.bytes);
  const location = created.headers["location"] ?? "";
  const listed = await call("GET", location, { sub });
  expect(listed.body).toEqual(created.body);
  expect(listed.headers["etag"]).toBe(created.headers["etag"]);
  expect((await call("GET", location, { sub: user("other") })).body).toEqual({ items: [], total: 0 });
  expect((await call("GET", "/usage", { sub })).body).toMatchObject({ used: { openCompositions: 1, compositions: 4 } });
});

test("a composition from request to other instruments to deletion", async () => {
  const sub = user("compositions");
  const created = await call("POST", "/compositions", {
    sub,
    json: {
      name: "Evening",
      technique: "unet-gan",
      modelId: "unet-gan-bach",
      input: { sampleMelodyId: "twinkle-twinkle" },
      inputOptions: { bars: 4 },
    },
  });
  expect(created.status).toBe(202);
  const { id } = compositionSchema.parse(created.body);
  expect((await call("GET", `/compositions/${id}/midi`, { sub })).status).toBe(409);
  expect((await call("DELETE", `/compositions/${id}`, { sub })).status).toBe(409);

  // What the worker does when the model has responded.
  const melody = builtIn("twinkle-twinkle");
  const generated = [{ name: "Bass", program: 32, notes: [{ onset: 0, duration: 4, pitch: 40, velocity: 80 }] }];
  const score = composeScore({ name: "Evening", melody, generated });
  const midi = writeMidi(score);
  for (const [Key, Body] of [
    [compositionScoreKey({ sub, id }), JSON.stringify(score)],
    [compositionMidiKey({ sub, id }, { revision: 1 }), midi],
  ] as const) {
    await local.s3.send(new PutObjectCommand({ Bucket: local.artifactsBucket, Key, Body }));
  }
  const set = {
    state: "COMPLETED",
    output: scoreOutput(score, { emptyBarRate: 0 }),
    midi: { revision: 1, sha256: createHash("sha256").update(midi).digest("hex"), bytes: midi.length },
  };
  await end(ownedKey("COMPOSITION", sub, id), set);

  const first = await call("GET", `/compositions/${id}/midi`, { sub });
  expect(first.bytes).toEqual(Buffer.from(midi));
  const changed = await call("PATCH", `/compositions/${id}`, { sub, json: { programs: [{ index: 1, program: 40 }] } });
  expect(changed.status).toBe(200);
  const second = await call("GET", `/compositions/${id}/midi`, { sub });
  expect(second.bytes).not.toEqual(first.bytes);
  expect(second.headers["etag"]).toBe(`"${createHash("sha256").update(second.bytes).digest("hex")}"`);

  // Several at once: each writes a file of its own, the table refuses a row that has changed; every change is kept.
  const programs = [10, 11, 12].map((program, index) => ({ index: index % 2, program }));
  const replies = await Promise.all(
    programs.map(async (one) => await call("PATCH", `/compositions/${id}`, { sub, json: { programs: [one] } })),
  );
  for (const { status } of replies) expect([200, 409]).toContain(status);
  const third = await call("GET", `/compositions/${id}/midi`, { sub });
  expect(third.headers["etag"]).toBe(`"${createHash("sha256").update(third.bytes).digest("hex")}"`);

  const signed = await call("GET", `/compositions/${id}/midi`, { sub, headers: { accept: "application/json" } });
  const { url } = z.object({ url: z.url(), expiresAt: z.iso.datetime() }).parse(signed.body);
  expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(third.bytes);

  expect((await call("DELETE", `/compositions/${id}`, { sub })).status).toBe(204);
  expect((await call("GET", `/compositions/${id}`, { sub })).status).toBe(404);
  expect((await fetch(url)).status).toBe(404);
});

test("a training job: asked for, watched, stopped, deleted", async () => {
  const sub = user("training");
  const created = await call("POST", "/training-jobs", {
    sub,
    json: { name: "Minor", technique: "unet-gan", topics: { mode: ["minor"] }, hyperparameters: { epochs: 3 } },
  });
  expect(created.status).toBe(202);
  const { id } = trainingJobSchema.parse(created.body);
  const prefix = checkpointsPrefix({ sub, id });
  const line = JSON.stringify({ schemaVersion: 1, epoch: 1, epochs: 3, similarityIndex: 0.5, seconds: 1 });
  for (const [name, Body] of [
    ["progress.jsonl", `${line}\n{"half`],
    [sampleFile(1, "ode-to-joy"), "MThd"],
  ] as const) {
    await local.s3.send(new PutObjectCommand({ Bucket: local.workBucket, Key: `${prefix}${name}`, Body }));
  }
  expect((await call("GET", `/training-jobs/${id}/metrics`, { sub })).body).toMatchObject({
    items: [{ epoch: 1, similarityIndex: 0.5 }],
  });
  const samples = await call("GET", `/training-jobs/${id}/samples`, { sub });
  const href = `/training-jobs/${id}/samples/1/ode-to-joy`;
  expect(samples.body).toEqual({
    items: [{ epoch: 1, melodyId: "ode-to-joy", href }],
    melodies: [{ id: "ode-to-joy", name: "Ode to Joy", bars: 8 }],
  });
  expect((await call("GET", href, { sub })).bytes.toString()).toBe("MThd");
  expect((await call("GET", `/training-jobs/${id}/samples/2/ode-to-joy`, { sub })).status).toBe(404);

  const stopped = await call("POST", `/training-jobs/${id}/stop`, { sub });
  expect(stopped).toMatchObject({ status: 202, body: { state: "STOPPING", stopRequested: true } });
  expect((await call("DELETE", `/training-jobs/${id}`, { sub })).status).toBe(409);
  await end(ownedKey("TRAINING_JOB", sub, id), { state: "STOPPED" });
  expect((await call("POST", `/training-jobs/${id}/stop`, { sub })).status).toBe(202);
  expect((await call("DELETE", `/training-jobs/${id}`, { sub })).status).toBe(204);
  expect((await call("GET", `/training-jobs/${id}/metrics`, { sub })).status).toBe(404);
});

test("H1: PATCH beside DELETE with the old ETag, 14 times: what DELETE refused to delete is all there", async () => {
  const melody = builtIn("ode-to-joy");
  const bytes = writeMidi(composeScore({ name: "Upload", melody, generated: [] }));
  const lost: string[] = [];
  for (let tries = 0; tries < 14; tries += 1) {
    const sub = user(`race-${tries}`);
    const created = await call("POST", "/tracks", { sub, bytes, headers: { "content-type": "audio/midi" } });
    const { id } = trackSchema.parse(created.body);
    const headers = { "if-match": created.headers["etag"] ?? "" };
    const [patched, deleted] = await Promise.all([
      call("PATCH", `/tracks/${id}`, { sub, headers, json: { name: "New" } }),
      call("DELETE", `/tracks/${id}`, { sub, headers }),
    ]);
    const there = (await call("GET", `/tracks/${id}`, { sub })).status;
    const { KeyCount = 0 } = await local.s3.send(
      new ListObjectsV2Command({ Bucket: local.artifactsBucket, Prefix: `users/${sub}/` }),
    );
    const whole = deleted.status === 204 ? there === 404 && KeyCount === 0 : there === 200 && KeyCount === 1;
    if (!whole) lost.push(`PATCH ${patched.status}, DELETE ${deleted.status}, GET ${there}, ${KeyCount} files`);
  }
  expect(lost).toEqual([]);
});

test("composing on a track whose object is lost is refused, and not failed later", async () => {
  const sub = user("lost");
  const bytes = writeMidi(composeScore({ name: "Upload", melody: builtIn("ode-to-joy"), generated: [] }));
  const created = await call("POST", "/tracks", { sub, bytes, headers: { "content-type": "audio/midi" } });
  const { id } = trackSchema.parse(created.body);
  const json = { name: "On it", technique: "unet-gan", modelId: "unet-gan-bach", input: { trackId: id } };
  await local.s3.send(new DeleteObjectCommand({ Bucket: local.artifactsBucket, Key: trackKey({ sub, id }) }));
  expect(await call("POST", "/compositions", { sub, json })).toMatchObject({
    status: 410,
    body: { code: "FILE_LOST" },
  });
  expect((await call("GET", "/compositions", { sub })).body).toEqual({ items: [], total: 0 });
  await local.s3.send(new PutObjectCommand({ Bucket: local.artifactsBucket, Key: trackKey({ sub, id }), Body: bytes }));
  expect((await call("POST", "/compositions", { sub, json })).status).toBe(202);
});

test("what there is", async () => {
  const sub = user("reader");
  expect((await call("GET", "/models", { sub })).body).toMatchObject({ items: [{ id: "unet-gan-bach", stock: true }] });
  expect((await call("GET", "/training-topics?mode=minor", { sub })).body).toMatchObject({
    // Of twelve pieces, two only judge the model.
    selection: { pieces: 10 },
  });
  expect((await call("GET", "/openapi.json")).body).toMatchObject({ openapi: "3.1.0" });
  expect((await call("GET", "/nothing")).status).toBe(404);
  expect(await call("PUT", "/tracks")).toMatchObject({ status: 405, headers: { allow: "POST, GET, HEAD" } });
});
