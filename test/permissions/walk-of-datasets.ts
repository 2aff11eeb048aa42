/** Uses data sets in every way that calls AWS in a way of its own. */
import { createHash } from "node:crypto";
import { listArchive } from "../../domain/datasets/archive";
import { filesOfArchive } from "../../domain/datasets/archive-files";
import {
  datasetSchema,
  datasetVersionSchema,
  offeredArchiveSchema,
  offeredFileListSchema,
} from "../../domain/schemas/api/datasets";
import { trainingJobSchema } from "../../domain/schemas/api/training";
import { checkpointsPrefix, incomingArchiveKey, incomingFileKey, type OwnedBy } from "../../naming/object-keys";
import { datasetFileKey, datasetVersionKey, ownedKey } from "../../naming/table-keys";
import { acceptedFiles, bandFiles } from "../support/filled-dataset";
import { midi } from "../support/resource-harness";
import { zipFile } from "../support/zip-files";
import { alice, bob, model } from "../unit/api/support/items";
import type { RecordedFunctions } from "./recorded-functions";
import { inserted } from "./stream-records";

const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** What the queue has of a new object. */
const arrived = (dataset: OwnedBy, sha256: string): unknown => ({
  messageId: sha256,
  body: JSON.stringify({ detail: { object: { key: incomingFileKey(dataset, sha256) } } }),
});

/** Sends an archive with a file that can be read, and one that is refused; each is opened and read as it is told. */
async function walkThroughArchive(
  { work, call, invoke }: Pick<RecordedFunctions, "work" | "call" | "invoke">,
  dataset: OwnedBy,
): Promise<void> {
  const { sub, id } = dataset;
  for (const bytes of [
    zipFile([{ name: "a.mid", bytes: midi }]),
    new TextEncoder().encode("no archive at all, only a text"),
  ]) {
    const sha256 = sha256Of(bytes);
    const json = { bytes: bytes.length, sha256, tagsFrom: "folders" };
    const { body } = await call("POST", `/datasets/${id}/archives`, { sub, json });
    const answer = offeredArchiveSchema.parse(body);
    if (answer.kind !== "upload") throw new Error(`the archive is not to be sent: ${JSON.stringify(answer)}`);
    const key = incomingArchiveKey(dataset, sha256);
    const event = { Records: [{ messageId: sha256, body: JSON.stringify({ detail: { object: { key } } }) }] };
    // An event may be later than the end of the object's days, and S3 says that there is none.
    await invoke("events/open-archive", event);
    const response = await fetch(answer.url, { method: "PUT", headers: answer.headers, body: new Uint8Array(bytes) });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    const etag = response.headers.get("etag") ?? "";
    // A message may come twice, also after the archive is read and removed.
    for (let deliveries = 0; deliveries < 2; deliveries += 1) {
      await invoke("events/open-archive", event);
      const listing = await listArchive({
        bytes: bytes.length,
        readRange: (start, end) => Promise.resolve(bytes.subarray(start, end)),
      });
      const found = listing.kind === "LISTED" ? filesOfArchive({ sha256, listing, tagsFrom: "folders" }) : listing;
      if (found.kind === "REFUSED") continue;
      const message = {
        ...{ schemaVersion: 1, kind: "ARCHIVE_RANGE", sub, datasetId: id, archiveSha256: sha256, etag, range: 0 },
        files: found.files,
      };
      const Records = [{ messageId: "range", body: JSON.stringify(message) }];
      expect(await invoke("events/ingest-midi", { Records })).toEqual({ batchItemFailures: [] });
    }
    // An archive of another data set's past is removed.
    await work.write({ key, body: bytes, contentType: "application/zip" });
    await invoke("events/open-archive", event);
    expect(await work.exists(key)).toBe(false);
  }
}

export async function walkThroughDatasets(functions: RecordedFunctions): Promise<void> {
  const { local, work, call, invoke, during } = functions;
  const sub = alice;
  const created = await call("POST", "/datasets", {
    ...{ sub, headers: { "idempotency-key": "a-data-set" } },
    json: { name: "My band", license: { kind: "own-work", text: "I wrote all of it.", confirmsRights: true } },
  });
  const { id } = datasetSchema.parse(created.body);
  const dataset = { sub, id };
  expect((await call("GET", "/datasets", { sub })).status).toBe(200);
  expect((await call("GET", `/datasets/${id}`, { sub })).status).toBe(200);
  expect((await call("PATCH", `/datasets/${id}`, { sub, json: { name: "Our band" } })).status).toBe(200);

  // One file that can be read, and one that cannot.
  const noise = new TextEncoder().encode("nothing that is music");
  const files = [new Uint8Array(midi), noise];
  const offer = async (): Promise<void> => {
    const offered = files.map((bytes, index) => ({
      ...{ path: `${index}.mid`, bytes: bytes.length, sha256: sha256Of(bytes) },
    }));
    const { body } = await call("POST", `/datasets/${id}/uploads`, { sub, json: { files: offered } });
    for (const [index, answer] of offeredFileListSchema.parse(body).items.entries()) {
      if (answer.kind !== "upload") throw new Error(`the file is not to be sent: ${JSON.stringify(answer)}`);
      const response = await fetch(answer.url, { method: "PUT", headers: answer.headers, body: files[index] ?? "" });
      expect([response.status, await response.text()]).toEqual([200, ""]);
    }
  };
  await offer();
  // An event may be later than the end of the object's days, and S3 says that there is none.
  const lost = new TextEncoder().encode("what was never sent");
  const offeredLost = [{ path: "lost.mid", bytes: lost.length, sha256: sha256Of(lost) }];
  expect((await call("POST", `/datasets/${id}/uploads`, { sub, json: { files: offeredLost } })).status).toBe(200);
  await invoke("events/ingest-midi", { Records: [arrived(dataset, sha256Of(lost))] });
  // What was offered long ago and never read is sent again.
  const offeredAt = new Date(Date.now() - 3_600_000).toISOString();
  for (const bytes of files) {
    const key = datasetFileKey(dataset, { state: "PENDING", sha256: sha256Of(bytes) });
    await local.table.write([{ kind: "UPDATE", key, changes: { set: { offeredAt } } }]);
  }
  await offer();
  const Records = files.map((bytes) => arrived(dataset, sha256Of(bytes)));
  // A message may come twice.
  for (let deliveries = 0; deliveries < 2; deliveries += 1) {
    expect(await invoke("events/ingest-midi", { Records })).toEqual({ batchItemFailures: [] });
  }
  const read = datasetSchema.parse((await call("GET", `/datasets/${id}`, { sub })).body);
  expect(read.files.pending).toBe(1);
  expect((await call("GET", `/datasets/${id}/files`, { sub })).status).toBe(200);

  // What was read is told of, read again by its owner's word, and taken out.
  const [song = ""] = files.map(sha256Of);
  const path = `/datasets/${id}/files/${song}`;
  expect((await call("GET", path, { sub })).status).toBe(200);
  const overrides = [{ trackIndex: 0, role: "melody" }];
  expect((await call("PATCH", path, { sub, json: { overrides } })).status).toBe(200);
  expect((await call("DELETE", path, { sub })).status).toBe(204);
  expect((await call("GET", path, { sub })).status).toBe(404);
  // A deletion that was cut off is asked for again.
  expect((await call("DELETE", path, { sub })).status).toBe(404);

  // A file that its owner takes out while it is read: what was kept of it is removed.
  const taken = await call("POST", `/datasets/${id}/uploads`, {
    ...{ sub, json: { files: [{ path: "0.mid", bytes: midi.length, sha256: song }] } },
  });
  const [toSend] = offeredFileListSchema.parse(taken.body).items;
  if (toSend?.kind !== "upload") throw new Error(`the file is not to be sent: ${JSON.stringify(toSend)}`);
  const sent = await fetch(toSend.url, { method: "PUT", headers: toSend.headers, body: new Uint8Array(midi) });
  expect(sent.status).toBe(200);
  let withdrawn = 0;
  during("events/ingest-midi", `/users/${sub}/datasets/${id}/`, async () => {
    withdrawn = (await call("DELETE", path, { sub })).status;
  });
  expect(await invoke("events/ingest-midi", { Records: [arrived(dataset, song)] })).toEqual({ batchItemFailures: [] });
  expect(withdrawn).toBe(204);
  expect((await call("GET", path, { sub })).status).toBe(404);

  await walkThroughArchive({ work, call, invoke }, dataset);

  expect((await call("DELETE", `/datasets/${id}`, { sub })).status).toBe(204);
  expect(await invoke("events/ingest-midi", { Records })).toEqual({ batchItemFailures: [] });
  await walkThroughVersions(functions);
}

/** Asks for versions, freezes them and trains on them. */
async function walkThroughVersions({ local, artifacts, work, call, invoke }: RecordedFunctions): Promise<void> {
  // Another user, whose quota of open jobs is not the one of the walk of trainings.
  const sub = bob;
  const created = await call("POST", "/datasets", {
    sub,
    json: { name: "Garage", license: { kind: "own-work", text: "I wrote all of it.", confirmsRights: true } },
  });
  const { id } = datasetSchema.parse(created.body);
  const dataset = { sub, id };
  const type = "application/gzip";
  const files = acceptedFiles(dataset, bandFiles(16));
  for (const { key, row, objectKey, body } of files) {
    await local.table.write([{ kind: "PUT", key, row: { ...row } }]);
    await artifacts.write({ key: objectKey, body, contentType: type });
  }
  const ask = async () => await call("POST", `/datasets/${id}/versions`, { sub, json: { lineUp: "band" } });
  const asked = await ask();
  expect(asked.status).toBe(202);
  const { id: versionId } = datasetVersionSchema.parse(asked.body);
  const key = datasetVersionKey(dataset, versionId);
  await invoke("events/dispatch-work", { Records: [inserted((await local.table.read(key)) ?? {})] });
  const body = JSON.stringify({ schemaVersion: 1, sub, datasetId: id, versionId });
  const Records = [{ messageId: "1", body }];

  // A file that cannot be read gives the lease back; one that is gone ends the version, which is asked for again.
  const [first] = files;
  if (first === undefined) throw new Error("there is no file");
  await artifacts.write({ key: first.objectKey, body: "broken", contentType: type });
  expect(await invoke("events/freeze-version", { Records })).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
  await artifacts.delete([first.objectKey]);
  expect(await invoke("events/freeze-version", { Records })).toEqual({ batchItemFailures: [] });
  expect(await local.table.read(key)).toMatchObject({ state: "FAILED" });
  await artifacts.write({ key: first.objectKey, body: first.body, contentType: type });
  expect((await ask()).status).toBe(202);
  for (let deliveries = 0; deliveries < 2; deliveries += 1) {
    expect(await invoke("events/freeze-version", { Records })).toEqual({ batchItemFailures: [] });
  }
  const ready = await call("GET", `/datasets/${id}/versions/${versionId}`, { sub });
  expect(ready.body).toMatchObject({ state: "READY" });
  expect((await ask()).status).toBe(200);
  expect((await call("GET", `/datasets/${id}/versions`, { sub })).status).toBe(200);

  expect((await call("GET", `/training-topics?datasetId=${id}`, { sub })).status).toBe(200);
  const json = { name: "Mine", technique: "unet-gan", datasetId: id, versionId };
  const trained = await call("POST", "/training-jobs", { sub, json });
  expect(trained.status).toBe(202);
  const { id: jobId } = trainingJobSchema.parse(trained.body);
  const step = { data: { sub, jobId, attempt: 1 }, enteredAt: new Date().toISOString(), retries: 0 };
  expect(await invoke("workflow/prepare-data", step)).toEqual({ outcome: "PREPARED" });
  expect((await call("DELETE", `/datasets/${id}`, { sub })).status).toBe(409);
  // The job has ended with a checkpoint, from which another one goes on.
  const jobKey = ownedKey("TRAINING_JOB", sub, jobId);
  const changes = { set: { state: "STOPPED", resumable: true }, remove: ["openWork", "openWorkOwner"] };
  await local.table.write([{ kind: "UPDATE", key: jobKey, changes }]);
  await work.write({ key: `${checkpointsPrefix({ sub, id: jobId })}last.pt`, body: "x", contentType: type });
  const more = { name: "More", technique: "unet-gan", resumeFrom: jobId, hyperparameters: { epochs: 100 } };
  const resumed = await call("POST", "/training-jobs", { sub, json: more });
  expect(resumed.status).toBe(202);
  const ended = [jobKey, ownedKey("TRAINING_JOB", sub, trainingJobSchema.parse(resumed.body).id)];
  await local.table.write(ended.map((each) => ({ kind: "DELETE" as const, key: each })));

  const own = model({ sub });
  const row = { ...own, dataset: { ...own.dataset, id } };
  await local.table.write([{ kind: "PUT", key: ownedKey("MODEL", sub, own.id), row }]);
  expect((await call("DELETE", `/datasets/${id}`, { sub })).status).toBe(204);
  expect(await local.table.read(key)).toBeUndefined();
  await local.table.write([{ kind: "DELETE", key: ownedKey("MODEL", sub, own.id) }]);
}
