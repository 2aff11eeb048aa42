/** Archives are opened, and their files read by ranges and counted once, however often and in whatever order that is told. */
import * as fc from "fast-check";
import { datasetLimits } from "../../../domain/datasets/limits";
import { sha256Of } from "../../../domain/digest";
import type { TagSource } from "../../../domain/schemas/dataset-parts";
import type { ArchiveRangeMessage } from "../../../lambdas/aws/dataset-reading-queue";
import { filesOfRange } from "../../../lambdas/datasets/archive-ranges";
import { ingestFiles } from "../../../lambdas/datasets/ingest-files";
import { offerArchive } from "../../../lambdas/datasets/offer-archive";
import { offerFiles } from "../../../lambdas/datasets/offer-files";
import { openArchive } from "../../../lambdas/datasets/open-archive";
import { readArchiveRange } from "../../../lambdas/datasets/read-archive-range";
import type { DatasetFileItem, DatasetItem } from "../../../lambdas/stores/items";
import { datasetFileObjectKey, incomingArchiveKey, incomingFileKey } from "../../../naming/object-keys";
import { uploadSeconds } from "../../../naming/time-limits";
import { VirtualClock } from "../../fakes/clock";
import { MemoryBuckets, memoryUploads } from "../../fakes/memory-object-store";
import { memoryStores } from "../../fakes/memory-stores";
import { CollectingLog, CollectingMetrics } from "../../fakes/telemetry";
import { arrangedFiles } from "../../support/arranged-files";
import { type ZipEntry, zipFile } from "../../support/zip-files";
import { dataset } from "../api/support/items";

const songs = arrangedFiles({ count: 4, seed: 61, isHidden: false }).map(({ bytes }) => bytes);
const song = (index: number): Uint8Array => songs[index] ?? new Uint8Array();
const noise = (name: string): Uint8Array => new TextEncoder().encode(`${name} is nothing that is music`);

/** An archive of three ranges: four songs, one of them twice, and many files and entries that are rejected. */
const entries: readonly ZipEntry[] = [
  ...songs.map((bytes, index) => ({ name: `rock/song ${index}.mid`, bytes })),
  { name: "again.mid", bytes: song(0) },
  { name: "../up.mid", bytes: song(1) },
  { name: "locked.mid", bytes: song(1), flags: 0x801 },
  { name: "broken.mid", bytes: song(1), declared: { crc32: 1 } },
  { name: "rock/", bytes: new Uint8Array() },
  ...Array.from({ length: 2 * filesOfRange }, (_, index) => ({ name: `noise/${index}.mid`, bytes: noise(`${index}`) })),
];
const archive = zipFile(entries);
const all = entries.length - 1;
const expected = {
  files: { pending: 0, accepted: 4, rejected: all - 5 },
  reasons: { PATH_NOT_RELATIVE: 1, ENTRY_ENCRYPTED: 1, ENTRY_DAMAGED: 1, NOT_MIDI: 2 * filesOfRange },
};

class Cloud {
  readonly clock = new VirtualClock();
  readonly stores = memoryStores(this.clock.now);
  readonly buckets = new MemoryBuckets({ now: this.clock.now });
  readonly work = this.buckets.store("work");
  readonly artifacts = this.buckets.store("artifacts");
  readonly metrics = new CollectingMetrics();
  readonly log = new CollectingLog();
  readonly row: DatasetItem;
  readonly sent: ArchiveRangeMessage[] = [];

  constructor(more: Partial<DatasetItem> = {}) {
    this.row = dataset(more);
    this.stores.datasets.put(this.row);
  }

  now(): DatasetItem {
    const [item] = this.stores.datasets.all();
    if (item === undefined) throw new Error("the data set is gone");
    return item;
  }
  async files(): Promise<readonly DatasetFileItem[]> {
    return await this.stores.datasetFiles.page({ dataset: this.row, limit: 1000 });
  }
  async offer(bytes: Uint8Array = archive, tagsFrom: TagSource = "none") {
    const offered = { bytes: bytes.length, sha256: sha256Of(bytes), tagsFrom };
    const uploads = memoryUploads(this.work);
    return await offerArchive({
      ...{ dataset: this.row, archive: offered, ...this.stores, work: this.work, uploads, now: this.clock.now },
    });
  }
  send(bytes: Uint8Array = archive): void {
    this.work.put(incomingArchiveKey(this.row, sha256Of(bytes)), bytes);
  }
  async open(bytes: Uint8Array = archive): Promise<void> {
    const { work, log } = this;
    const queue = {
      send: async (message: ArchiveRangeMessage) => {
        this.sent.push(message);
      },
    };
    const arrived = { dataset: this.row, sha256: sha256Of(bytes) };
    await openArchive({ arrived, ...this.stores, work, queue, log });
  }
  async read(message: ArchiveRangeMessage): Promise<void> {
    const { work, artifacts, log, metrics } = this;
    await readArchiveRange({ message, ...this.stores, work, artifacts, log, metrics });
  }
  async readAll(): Promise<void> {
    for (const message of this.sent.splice(0)) await this.read(message);
  }
  async bring(bytes: Uint8Array = archive, tagsFrom: TagSource = "none"): Promise<void> {
    expect(await this.offer(bytes, tagsFrom)).toMatchObject({ kind: "upload" });
    this.send(bytes);
    await this.open(bytes);
    await this.readAll();
  }
  async expectRead(): Promise<void> {
    const item = this.now();
    expect(item).toMatchObject({ ...expected, archive: { state: "READ", entries: { all, read: all, leftOut: 1 } } });
    const files = await this.files();
    expect(files).toHaveLength(4 + expected.files.rejected);
    expect(item.bytes).toBe(files.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(item.lineUps.trio?.files).toBe(4);
    expect(this.work.keys()).toEqual([]);
    expect(this.artifacts.keys().filter((key) => key.endsWith(".mid"))).toHaveLength(4);
  }
}

test("the files of an archive are counted as pending at once, read by ranges, and the archive is removed", async () => {
  const cloud = new Cloud();
  expect(await cloud.offer()).toMatchObject({ kind: "upload", sha256: sha256Of(archive) });
  expect(cloud.now().archive).toMatchObject({ state: "PENDING", bytes: archive.length });
  cloud.send();
  await cloud.open();
  expect(cloud.now()).toMatchObject({
    files: { pending: all },
    archive: { state: "READING", entries: { all, read: 0 } },
  });
  expect(cloud.sent).toHaveLength(Math.ceil(all / filesOfRange));
  const [first, ...others] = cloud.sent;
  if (first === undefined) throw new Error("nothing was sent");
  await cloud.read(first);
  expect(cloud.now()).toMatchObject({
    files: { pending: all - filesOfRange },
    archive: { entries: { read: filesOfRange } },
  });
  for (const message of others) await cloud.read(message);
  await cloud.expectRead();
  const files = await cloud.files();
  const rejected = files.filter(({ state }) => state === "REJECTED");
  expect(rejected.map(({ path }) => path)).toEqual(expect.arrayContaining(['"../up.mid"', "locked.mid", "broken.mid"]));
  for (const file of rejected) expect("reason" in file && file.reason).toMatch(/^[A-Z].*\.$/s);
  expect(cloud.artifacts.objects.get(datasetFileObjectKey(cloud.row, sha256Of(song(2))))).toEqual(
    new Uint8Array(song(2)),
  );
});

test("36: events and ranges in any order and number, also at once, give the same counts", async () => {
  const cloudOf = async (): Promise<Cloud> => {
    const cloud = new Cloud();
    await cloud.offer();
    cloud.send();
    await cloud.open();
    return cloud;
  };
  const { sent } = await cloudOf();
  const ranges = fc.array(fc.nat({ max: sent.length - 1 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(ranges, fc.boolean(), fc.boolean(), async (order, isAtOnce, isOpenedAgain) => {
      const cloud = await cloudOf();
      const messages = cloud.sent.splice(0);
      const told = [...order, ...messages.keys()].flatMap((range) => messages[range] ?? []);
      if (isAtOnce)
        await Promise.all(
          told.map(async (message) => {
            await cloud.read(message);
          }),
        );
      else for (const message of told) await cloud.read(message);
      if (isOpenedAgain) await cloud.open();
      await cloud.readAll();
      await cloud.expectRead();
    }),
    { numRuns: 8 },
  );
});

test("an event that comes again sends only the ranges that are not read", async () => {
  const cloud = new Cloud();
  await cloud.offer();
  cloud.send();
  await cloud.open();
  const [first] = cloud.sent.splice(0);
  if (first === undefined) throw new Error("nothing was sent");
  await cloud.read(first);
  await cloud.open();
  expect(cloud.sent.map(({ range }) => range)).not.toContain(first.range);
  expect(cloud.now().files.pending).toBe(all - filesOfRange);
  await cloud.readAll();
  await cloud.expectRead();
});

test("the same archive again changes nothing: its files are known", async () => {
  const cloud = new Cloud();
  await cloud.bring();
  await cloud.bring();
  await cloud.expectRead();
});

test("files that were offered by themselves, and those of an archive, are the same files", async () => {
  const cloud = new Cloud();
  const { work, artifacts, log, metrics, stores, clock, row } = cloud;
  const sha256 = sha256Of(song(3));
  const offered = { path: "mine.mid", bytes: song(3).length, sha256, tags: { genre: ["jazz"] } };
  await offerFiles({ dataset: row, files: [offered], ...stores, work, uploads: memoryUploads(work), now: clock.now });
  work.put(incomingFileKey(row, sha256), song(3));
  await cloud.offer();
  cloud.send();
  await cloud.open();
  await cloud.readAll();
  const file = (await cloud.files()).find((one) => one.sha256 === sha256);
  expect(file).toMatchObject({ path: "mine.mid", tags: { genre: ["jazz"] }, state: "ACCEPTED" });
  const arrived = [{ messageId: "m", deliveries: 1, dataset: row, sha256 }];
  expect(await ingestFiles({ files: arrived, ...stores, work, artifacts, log, metrics })).toEqual([]);
  await cloud.expectRead();
});

test("an archive that cannot be read is refused, with a code and a sentence, and nothing of it is taken", async () => {
  const cloud = new Cloud();
  const broken = archive.subarray(0, archive.length - 30);
  await cloud.bring(broken);
  expect(cloud.now()).toMatchObject({
    files: { pending: 0, accepted: 0, rejected: 0 },
    archive: { state: "REFUSED", code: "ARCHIVE_NOT_A_ZIP", reason: expect.stringMatching(/^[A-Z].*\.$/) },
  });
  expect([cloud.sent, cloud.work.keys()]).toEqual([[], []]);
  expect(await cloud.offer(broken)).toMatchObject({ kind: "rejected", code: "ARCHIVE_NOT_A_ZIP" });
  await cloud.bring();
  await cloud.expectRead();
});

test("an archive that does not fit is refused whole, by its files and by its bytes", async () => {
  const many = new Cloud({ files: { pending: 0, accepted: datasetLimits.files - all + 1, rejected: 0 } });
  await many.bring();
  expect(many.now().archive).toMatchObject({ state: "REFUSED", code: "DATASET_FULL" });
  const heavy = new Cloud({ bytes: datasetLimits.bytes - 1000 });
  await heavy.bring();
  expect(heavy.now()).toMatchObject({
    bytes: datasetLimits.bytes - 1000,
    archive: { state: "REFUSED", code: "DATASET_FULL", reason: expect.stringContaining(`${datasetLimits.bytes}`) },
  });
});

test("tags come from folders, from the table, or from nowhere", async () => {
  const table = 'path,genre,mood\r\nrock/a.mid,rock;pop,"calm, slow"\r\nb.mid,jazz,\r\ngone.mid,rock,\r\n';
  const files: readonly ZipEntry[] = [
    { name: "My Band/rock/a.mid", bytes: song(0) },
    { name: "My Band/b.mid", bytes: song(1) },
    { name: "My Band/tags.csv", bytes: Buffer.from(`\ufeff${table}`) },
  ];
  const tagsOf = async (tagsFrom: TagSource) => {
    const cloud = new Cloud();
    await cloud.bring(zipFile(files), tagsFrom);
    const found = Object.fromEntries((await cloud.files()).map(({ path, tags }) => [path, tags]));
    return { found, archive: cloud.now().archive };
  };
  expect((await tagsOf("folders")).found).toEqual({
    "My Band/rock/a.mid": { folder: ["my-band", "rock"] },
    "My Band/b.mid": { folder: ["my-band"] },
  });
  expect((await tagsOf("none")).found).toEqual({ "My Band/rock/a.mid": {}, "My Band/b.mid": {} });
  const csv = await tagsOf("csv");
  expect(csv.found).toEqual({
    "My Band/rock/a.mid": { genre: ["pop", "rock"], mood: ["calm-slow"] },
    "My Band/b.mid": { genre: ["jazz"] },
  });
  expect(csv.archive).toMatchObject({ state: "READ", entries: { all: 2, tagsWithoutFile: 1 } });
});

test("33: a table with formulas, 1,000 values or wrong lines refuses the archive and names the lines; so does none", async () => {
  const a = { name: "a.mid", bytes: song(0) };
  const refusal = async (...more: readonly ZipEntry[]) => {
    const cloud = new Cloud();
    await cloud.bring(zipFile([a, ...more]), "csv");
    return cloud.now().archive;
  };
  const withTable = async (text: string) => await refusal({ name: "tags.csv", bytes: Buffer.from(text) });
  const values = Array.from({ length: 1000 }, (_, index) => `v${index}`).join(";");
  for (const [text, told] of [
    ["path,genre\na.mid,=HYPERLINK(1)\n", "line 2, genre"],
    [`path,genre\na.mid,${values}\n`, "1000 values"],
    ["path,genre\n../a.mid,rock\n", "line 2, path"],
    ["name,genre\na.mid,rock\n", 'a column "path"'],
  ] as const) {
    expect(await withTable(text)).toMatchObject({
      ...{ state: "REFUSED", code: "ARCHIVE_TAGS_REFUSED" },
      reason: expect.stringContaining(told),
    });
  }
  expect(await refusal()).toMatchObject({ state: "REFUSED", code: "ARCHIVE_WITHOUT_TAGS" });
  expect(await refusal({ name: "tags.csv", bytes: Buffer.from("path\n"), flags: 0x801 })).toMatchObject({
    code: "ARCHIVE_WITHOUT_TAGS",
  });
});

test("an archive of nothing but a table is empty", async () => {
  const cloud = new Cloud();
  await cloud.bring(zipFile([{ name: "tags.csv", bytes: Buffer.from("path\n") }]), "csv");
  expect(cloud.now().archive).toMatchObject({ state: "REFUSED", code: "ARCHIVE_EMPTY" });
});

test("35: while an archive is read its files are pending, so nothing is frozen; another one has to wait, and the same one is known", async () => {
  const cloud = new Cloud();
  await cloud.offer();
  cloud.send();
  await cloud.open();
  const other = zipFile([{ name: "a.mid", bytes: song(0) }]);
  await expect(cloud.offer(other)).rejects.toMatchObject({ code: "NOT_READY" });
  expect(await cloud.offer()).toEqual({ kind: "known", sha256: sha256Of(archive) });
  await cloud.readAll();
  await cloud.bring(other);
  expect(cloud.now().archive).toMatchObject({ state: "READ", entries: { all: 1 } });
});

test("an archive that was lost on its way, before or after it was opened, is sent again and read on", async () => {
  const cloud = new Cloud();
  await cloud.offer();
  cloud.send();
  await cloud.open();
  const [first] = cloud.sent.splice(0);
  if (first === undefined) throw new Error("nothing was sent");
  await cloud.read(first);
  // The messages of the other ranges and the object are lost.
  await cloud.work.deleteAllUnder("incoming-archives/");
  await cloud.read({ ...first, range: 1 });
  expect(cloud.now().files.pending).toBe(all - filesOfRange);
  cloud.clock.advance(uploadSeconds + 1);
  expect(await cloud.offer()).toMatchObject({ kind: "upload" });
  cloud.send();
  await cloud.open();
  expect(cloud.sent.map(({ range }) => range)).not.toContain(0);
  await cloud.readAll();
  await cloud.expectRead();
});

test("an archive of a deleted data set, or one in whose place another was offered, is removed and not read", async () => {
  const cloud = new Cloud();
  await cloud.offer();
  cloud.send();
  await cloud.offer(zipFile([{ name: "a.mid", bytes: song(0) }]));
  cloud.send();
  await cloud.open();
  expect([cloud.sent, cloud.work.keys()]).toEqual([[], []]);
  await cloud.offer();
  cloud.send();
  await cloud.open();
  cloud.stores.datasets.drop(cloud.row);
  await cloud.open();
  expect(cloud.work.keys()).toEqual([]);
  await cloud.readAll();
  expect(cloud.artifacts.keys()).toEqual([]);
});
