/** Files that arrive are counted once, however often, how late and in whatever order messages tell of them. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { type ArrivedFile, ingestFiles } from "../../../lambdas/datasets/ingest-files";
import { offerFiles } from "../../../lambdas/datasets/offer-files";
import type { DatasetItem } from "../../../lambdas/stores/items";
import { datasetFileObjectKey, datasetPiecesKey, incomingFileKey } from "../../../naming/object-keys";
import { datasetFilePrefix, userPartition } from "../../../naming/table-keys";
import { uploadSeconds } from "../../../naming/time-limits";
import { VirtualClock } from "../../fakes/clock";
import { MemoryBuckets, memoryUploads } from "../../fakes/memory-object-store";
import { memoryStores } from "../../fakes/memory-stores";
import { CollectingLog, CollectingMetrics } from "../../fakes/telemetry";
import { arrangedFiles } from "../../support/arranged-files";
import { dataset } from "../api/support/items";

const songs = arrangedFiles({ count: 3, seed: 3, isHidden: false }).map(({ bytes }) => bytes);
const pictures = ["one", "two"].map((name) => new TextEncoder().encode(`\x89PNG, not music: ${name}`));
const files = [...songs, ...pictures];
const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

class Cloud {
  readonly clock = new VirtualClock();
  readonly stores = memoryStores(this.clock.now);
  readonly buckets = new MemoryBuckets({ now: this.clock.now });
  readonly work = this.buckets.store("work");
  readonly artifacts = this.buckets.store("artifacts");
  readonly metrics = new CollectingMetrics();
  readonly log = new CollectingLog();
  readonly row = dataset();

  constructor() {
    this.stores.datasets.put(this.row);
  }

  now(): DatasetItem | undefined {
    return this.stores.datasets.all()[0];
  }

  async offer(offered: readonly Uint8Array[] = files) {
    return await offerFiles({
      dataset: this.row,
      files: offered.map((bytes, index) => ({
        ...{ path: `folder/${index}.mid`, bytes: bytes.length, sha256: sha256Of(bytes), tags: { genre: ["rock"] } },
      })),
      datasets: this.stores.datasets,
      datasetFiles: this.stores.datasetFiles,
      work: this.work,
      uploads: memoryUploads(this.work),
      now: this.clock.now,
    });
  }

  send(sent: readonly Uint8Array[] = files): void {
    for (const bytes of sent) this.work.put(incomingFileKey(this.row, sha256Of(bytes)), bytes);
  }

  async deliver(sent: readonly Uint8Array[] = files, deliveries = 1): Promise<readonly string[]> {
    const arrived = sent.map((bytes, index): ArrivedFile => ({
      ...{ messageId: `message-${index}`, deliveries, dataset: this.row, sha256: sha256Of(bytes) },
    }));
    const { work, artifacts, log, metrics } = this;
    return await ingestFiles({ files: arrived, ...this.stores, work, artifacts, log, metrics });
  }

  expectAllRead(): void {
    expect(this.now()).toMatchObject({
      files: { pending: 0, accepted: songs.length, rejected: pictures.length },
      bytes: files.reduce((sum, { length }) => sum + length, 0),
      reasons: { NOT_MIDI: pictures.length },
    });
    expect(this.now()?.lineUps.trio?.files).toBe(songs.length);
    expect(this.stores.table.peek(userPartition(this.row.sub), datasetFilePrefix(this.row.id))).toHaveLength(
      files.length,
    );
    expect(this.work.keys()).toEqual([]);
  }
}

test("files are read, kept with their pieces, and counted", async () => {
  const cloud = new Cloud();
  expect((await cloud.offer()).map(({ kind }) => kind)).toEqual(files.map(() => "upload"));
  expect(cloud.now()?.files).toEqual({ pending: files.length, accepted: 0, rejected: 0 });
  cloud.send();
  expect(await cloud.deliver()).toEqual([]);
  cloud.expectAllRead();
  const [song] = songs;
  if (song === undefined) throw new Error("there is no song");
  expect(cloud.artifacts.objects.get(datasetFileObjectKey(cloud.row, sha256Of(song)))).toEqual(new Uint8Array(song));
  const kept: unknown = JSON.parse(
    gunzipSync(cloud.artifacts.objects.get(datasetPiecesKey(cloud.row, sha256Of(song))) ?? "").toString(),
  );
  expect(kept).toMatchObject({
    report: { tracks: expect.anything() },
    pieces: { lineUps: { trio: expect.anything() } },
  });
  // What cannot be read is not kept.
  expect(cloud.artifacts.keys().filter((key) => key.endsWith(".mid"))).toHaveLength(songs.length);
  expect((await cloud.offer()).map(({ kind }) => kind)).toEqual([
    ...songs.map(() => "known"),
    ...pictures.map(() => "rejected"),
  ]);
});

test("36: any deliveries of the same files, in any order and number, give the same counts", async () => {
  const delivery = fc.subarray(files, { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.array(delivery, { maxLength: 5 }), fc.boolean(), async (deliveries, isAtOnce) => {
      const cloud = new Cloud();
      await cloud.offer();
      cloud.send();
      const all = [...deliveries, files];
      if (isAtOnce) await Promise.all(all.map(async (sent) => await cloud.deliver(sent)));
      else for (const sent of all) expect(await cloud.deliver(sent)).toEqual([]);
      cloud.expectAllRead();
    }),
    { numRuns: 15 },
  );
});

test("the same file twice in one batch is one file", async () => {
  const cloud = new Cloud();
  await cloud.offer();
  cloud.send();
  expect(await cloud.deliver([...files, ...files])).toEqual([]);
  cloud.expectAllRead();
});

test("36: a message that comes before its file was written down is delivered again; the others of its batch are not", async () => {
  const cloud = new Cloud();
  const [early, ...others] = files;
  if (early === undefined) throw new Error("there are no files");
  await cloud.offer(others);
  cloud.send();
  expect(await cloud.deliver()).toEqual(["message-0"]);
  await cloud.offer();
  expect(await cloud.deliver([early])).toEqual([]);
  cloud.expectAllRead();
});

test("36: files of a data set that is gone are removed and not kept", async () => {
  const cloud = new Cloud();
  await cloud.offer();
  cloud.send();
  cloud.stores.datasets.drop(cloud.row);
  expect(await cloud.deliver()).toEqual([]);
  expect([cloud.work.keys(), cloud.artifacts.keys()]).toEqual([[], []]);
});

test("a message of a file that its owner has withdrawn is given up after some deliveries, and its object removed", async () => {
  const cloud = new Cloud();
  const [song] = files;
  if (song === undefined) throw new Error("there are no files");
  cloud.send([song]);
  expect(await cloud.deliver([song], 2)).toEqual(["message-0"]);
  expect(cloud.work.keys()).toHaveLength(1);
  expect(await cloud.deliver([song], 3)).toEqual([]);
  expect(cloud.work.keys()).toEqual([]);
});

test("other bytes than those of the key are not read, and the file can be sent again", async () => {
  const cloud = new Cloud();
  await cloud.offer();
  const [song] = songs;
  if (song === undefined) throw new Error("there is no song");
  cloud.work.put(incomingFileKey(cloud.row, sha256Of(song)), new Uint8Array(song.length));
  expect(await cloud.deliver([song])).toEqual([]);
  expect(cloud.now()?.files.pending).toBe(files.length);
  expect(cloud.work.keys()).toEqual([]);
  cloud.send();
  await cloud.deliver();
  cloud.expectAllRead();
});

test("a file that was lost on its way is sent again when it is offered late", async () => {
  const cloud = new Cloud();
  await cloud.offer();
  cloud.send();
  cloud.clock.advance(uploadSeconds + 1);
  expect((await cloud.offer()).map(({ kind }) => kind)).toEqual(files.map(() => "upload"));
  expect(cloud.work.keys()).toEqual([]);
  // What was just offered again is not lost yet.
  cloud.send();
  await cloud.offer();
  expect(cloud.work.keys()).toHaveLength(files.length);
  await cloud.deliver();
  cloud.expectAllRead();
});

test("two paths with the same bytes are one file, under the path that was offered first", async () => {
  const cloud = new Cloud();
  const [song] = songs;
  if (song === undefined) throw new Error("there is no song");
  const answers = await cloud.offer([song, song]);
  expect(answers.map(({ path, kind }) => [path, kind])).toEqual([
    ["folder/0.mid", "upload"],
    ["folder/1.mid", "upload"],
  ]);
  expect(cloud.now()?.files.pending).toBe(1);
  const [row] = await cloud.stores.datasetFiles.page({ dataset: cloud.row, limit: 10 });
  expect(row?.path).toBe("folder/0.mid");
});

test("a hundred files at once are all pending, and all rows of files can be removed", async () => {
  const cloud = new Cloud();
  const many = Array.from({ length: 100 }, (_, index) => new TextEncoder().encode(`a file with the number ${index}`));
  expect(await cloud.offer(many)).toHaveLength(100);
  expect(cloud.now()?.files.pending).toBe(100);
  await cloud.stores.datasetFiles.removeAll(cloud.row);
  expect(cloud.stores.table.peek(userPartition(cloud.row.sub), datasetFilePrefix(cloud.row.id))).toEqual([]);
});
