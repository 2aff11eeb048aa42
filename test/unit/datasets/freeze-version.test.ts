/** Versions are asked for, frozen once, and seen when they are whole. */
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { datasetLimits } from "../../../domain/datasets/limits";
import { requestVersion } from "../../../lambdas/datasets/request-version";
import { Problem } from "../../../lambdas/problems/problem";
import type { DatasetItem, DatasetVersionItem } from "../../../lambdas/stores/items";
import { ownVersionPrefix } from "../../../naming/object-keys";
import { datasetVersionPrefix, ownedKey, userPartition } from "../../../naming/table-keys";
import { freezeLeaseSeconds, uploadSeconds } from "../../../naming/time-limits";
import { VirtualClock } from "../../fakes/clock";
import { MemoryBuckets } from "../../fakes/memory-object-store";
import { memoryStores } from "../../fakes/memory-stores";
import { acceptedFiles, bandFiles, fill, freeze, type GivenFile } from "../../support/filled-dataset";
import { madeUpPiece, ofBand } from "../../support/made-up-pieces";
import { dataset as datasetItem } from "../api/support/items";

class Cloud {
  readonly clock = new VirtualClock();
  readonly now = this.clock.now;
  readonly stores = memoryStores(this.now);
  readonly artifacts = new MemoryBuckets({ now: this.now }).store("artifacts");
  readonly dataset: DatasetItem;

  constructor(files: readonly GivenFile[] = bandFiles(12), more: Partial<DatasetItem> = {}) {
    this.dataset = datasetItem(more);
    this.stores.datasets.put(this.dataset);
    fill(this, files);
  }

  async ask(choice: Parameters<typeof requestVersion>[0]["choice"] = { lineUp: "band" }): Promise<DatasetVersionItem> {
    return await requestVersion({ ...this.stores, dataset: this.dataset, choice, now: this.now });
  }

  /** Returns the problem that the request ends in. */
  async refused(choice?: Parameters<typeof requestVersion>[0]["choice"]): Promise<Problem> {
    const error: unknown = await this.ask(choice).catch((thrown: unknown) => thrown);
    if (error instanceof Problem) return error;
    throw new Error("the version was not refused");
  }

  async version(versionId: string): Promise<DatasetVersionItem | undefined> {
    return await this.stores.datasetVersions.get({ dataset: this.dataset, versionId });
  }

  objects(versionId: string): string[] {
    const prefix = ownVersionPrefix(this.dataset, versionId);
    return this.artifacts.keys(prefix).map((key) => key.slice(prefix.length));
  }
}

test("a version is asked for, frozen, and has what its shards, its catalogue and its manifest have", async () => {
  const cloud = new Cloud();
  const asked = await cloud.ask();
  expect(asked).toMatchObject({ state: "FREEZING", lineUp: "band", files: 12, openWork: "DATASET_VERSION" });
  expect(cloud.objects(asked.id)).toEqual([]);
  await freeze(cloud, asked.id);
  const ready = await cloud.version(asked.id);
  expect(ready).toMatchObject({
    ...{ state: "READY", version: 2 },
    content: {
      ...{ pieces: 12, bars: 96, sameNotes: 0, barsLeftOut: {} },
      tagValues: { album: 12, genre: 2, metre: 1, swing: 1 },
    },
  });
  expect(ready).not.toHaveProperty("openWork");
  expect(ready).not.toHaveProperty("runningUntil");
  expect(cloud.objects(asked.id)).toEqual(["catalogue.json.gz", "manifest.json", "pieces-0001.jsonl.gz"]);
  const prefix = ownVersionPrefix(cloud.dataset, asked.id);
  const manifest: unknown = JSON.parse(cloud.artifacts.text(`${prefix}manifest.json`) ?? "");
  expect(manifest).toMatchObject({ id: cloud.dataset.id, version: asked.id, sha256: ready?.content?.sha256 });
  if (ready === undefined) throw new Error("the version is gone");
  cloud.stores.catalogues.readFrom(cloud.artifacts);
  expect((await cloud.stores.catalogues.ofVersion(ready)).catalogue.size).toBe(12);
  // A version has no path and no title, so that equal files give equal versions.
  const shard = gunzipSync(cloud.artifacts.objects.get(`${prefix}pieces-0001.jsonl.gz`) ?? "").toString();
  expect(shard).not.toContain("song");
});

test("asking again gives the same version, frozen or not; other files, tags or a line-up give another one", async () => {
  const cloud = new Cloud();
  const first = await cloud.ask();
  expect(await cloud.ask()).toEqual(first);
  await freeze(cloud, first.id);
  expect(await cloud.ask()).toEqual(await cloud.version(first.id));
  const jazz = await cloud.ask({ lineUp: "band", tags: { genre: ["jazz"] } });
  expect(jazz).toMatchObject({ files: 3, tags: { genre: ["jazz"] } });
  fill(cloud, [{ name: "one more", pieces: ofBand(madeUpPiece({ seed: 99 })) }]);
  const more = await cloud.ask();
  expect(new Set([first.id, jazz.id, more.id]).size).toBe(3);
  expect(cloud.stores.datasets.all()[0]).toMatchObject({ versions: 3, version: 4 });
  const listed = await cloud.stores.datasetVersions.list(cloud.dataset);
  expect(listed.map(({ id }) => id).sort()).toEqual([first.id, jazz.id, more.id].sort());
});

test("requests at once ask for one version, which counts once", async () => {
  const cloud = new Cloud();
  const asked = await Promise.all([cloud.ask(), cloud.ask(), cloud.ask()]);
  expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
  expect(cloud.stores.datasets.all()[0]?.versions).toBe(1);
});

test("while files are pending, the request says how many", async () => {
  const cloud = new Cloud(bandFiles(2), { files: { pending: 3, accepted: 2, rejected: 0 } });
  expect(await cloud.refused()).toMatchObject({ code: "UPLOADS_OPEN", message: expect.stringMatching(/^3 files are/) });
});

const archive = (offeredAt: Date) =>
  ({ sha256: "a".repeat(64), bytes: 100, tagsFrom: "none", offeredAt: offeredAt.toISOString() }) as const;
const entries = { all: 30, read: 30, leftOut: 0, tagsWithoutFile: 0 };

test("while an archive is read, the request is refused, however long that takes and though no file is pending", async () => {
  const longAgo = new Date(new VirtualClock().now().getTime() - 86_400_000);
  const cloud = new Cloud(bandFiles(2), {
    archive: { ...archive(longAgo), state: "READING", entries, readRanges: "0" },
  });
  expect(await cloud.refused()).toMatchObject({
    code: "UPLOADS_OPEN",
    message: expect.stringMatching(/^The archive is still being read/),
  });
});

test("an archive that was offered is waited for until its URL has expired, and not for ever", async () => {
  const offeredAt = new VirtualClock().now();
  const cloud = new Cloud(bandFiles(2), { archive: { ...archive(offeredAt), state: "PENDING" } });
  cloud.clock.advance(uploadSeconds - 1);
  const expiresAt = new Date(offeredAt.getTime() + uploadSeconds * 1_000).toISOString();
  expect(await cloud.refused()).toMatchObject({
    code: "UPLOADS_OPEN",
    message: expect.stringContaining(expiresAt),
  });
  cloud.clock.advance(1);
  expect(await cloud.ask()).toMatchObject({ state: "FREEZING", files: 2 });
});

test.each([
  { state: "READ", entries },
  { state: "REFUSED", code: "ARCHIVE_NOT_A_ZIP", reason: "It is not a ZIP archive." },
] as const)("an archive that is $state is not waited for", async (end) => {
  const cloud = new Cloud(bandFiles(2), { archive: { ...archive(new VirtualClock().now()), ...end } });
  expect(await cloud.ask()).toMatchObject({ state: "FREEZING" });
});

test("37: where no file gives a piece, the request is refused with the counts, and leaves nothing", async () => {
  const waltzes = [1, 2].map((seed) => ({
    ...{ name: `waltz ${seed}`, pieces: ofBand(madeUpPiece({ seed, timeSignature: "3/4" })) },
  }));
  const cloud = new Cloud(waltzes);
  const inThree = await cloud.refused();
  expect([inThree.code, inThree.message]).toEqual([
    "VERSION_NOT_POSSIBLE",
    "The 2 files with the line-up band have 16 bars in 3/4, and a version in 4/4 was asked for. Versions may be in 4/4, 3/4, 6/8.",
  ]);
  expect(inThree.errors).toMatchObject([{ pointer: "/metre", value: "4/4" }]);
  expect((await cloud.refused({ lineUp: "lines" })).message).toBe(
    "None of the 2 accepted files has the voices of the line-up lines; there are 0 for lines, 2 for band, 0 for trio.",
  );
  expect((await cloud.refused({ lineUp: "band", tags: { genre: ["polka"] } })).errors).toMatchObject([
    { pointer: "/tags" },
  ]);
  expect((await new Cloud([]).refused()).code).toBe("VERSION_NOT_POSSIBLE");
  expect(cloud.stores.table.peek(userPartition(cloud.dataset.sub), datasetVersionPrefix(cloud.dataset.id))).toEqual([]);
});

test("37: music in 3/4 makes a version in 3/4, beside which one in 4/4 has an id of its own", async () => {
  const waltzes = [1, 2].map((seed) => ({
    ...{ name: `waltz ${seed}`, pieces: ofBand(madeUpPiece({ seed, timeSignature: "3/4" })) },
  }));
  const cloud = new Cloud([...waltzes, ...bandFiles(3)]);
  const inThree = await cloud.ask({ lineUp: "band", metre: "3/4" });
  expect(inThree).toMatchObject({ state: "FREEZING", metre: "3/4", files: 2 });
  await freeze(cloud, inThree.id);
  expect(await cloud.version(inThree.id)).toMatchObject({ state: "READY", metre: "3/4", content: { pieces: 2 } });
  const inFour = await cloud.ask();
  expect(inFour).toMatchObject({ files: 3 });
  // A row of 4/4 says nothing, as before there were others.
  expect(inFour).not.toHaveProperty("metre");
  expect(inFour.id).not.toBe(inThree.id);
});

test("files in 2/4, whose bars are joined in pairs, are in a version in 4/4", async () => {
  const cloud = new Cloud();
  const file = bandFiles(1)[0];
  if (file === undefined) throw new Error("there is no file");
  // The row counts bars as the file has them; its pieces are in 4/4.
  for (const { key, row } of acceptedFiles(cloud.dataset, [{ ...file, name: "polka" }])) {
    cloud.stores.table.put(key, { ...row, bars: { "2/4": 16 } });
  }
  expect(await cloud.ask()).toMatchObject({ files: 13 });
});

test("a data set has a limited number of versions", async () => {
  const cloud = new Cloud(bandFiles(2), { versions: datasetLimits.versionsOfDataset });
  expect((await cloud.refused()).code).toBe("TOO_MANY_VERSIONS");
});

test("music that cannot be a version fails with the reason, and is refused from then on", async () => {
  const values = Array.from({ length: 33 }, (_, index) => `v${index}`);
  const cloud = new Cloud([{ name: "a", pieces: ofBand(madeUpPiece({ seed: 1 })), tags: { a: values } }]);
  const asked = await cloud.ask();
  await freeze(cloud, asked.id);
  const failed = await cloud.version(asked.id);
  expect(failed).toMatchObject({ state: "FAILED", failure: { code: "TOO_MANY_TAG_VALUES", retryable: false } });
  expect(await cloud.refused()).toMatchObject({ code: "VERSION_NOT_POSSIBLE", message: failed?.failure?.message });
});

test("files that change while a version is made end it, and it can be asked for again", async () => {
  const cloud = new Cloud();
  const asked = await cloud.ask();
  const changing = {
    read: async (key: string, maxBytes: number) => {
      fill(cloud, [{ name: "late", pieces: ofBand(madeUpPiece({ seed: 77 })) }]);
      return await cloud.artifacts.read(key, maxBytes);
    },
    write: async (object: Parameters<typeof cloud.artifacts.write>[0]) => {
      await cloud.artifacts.write(object);
    },
  };
  await freeze(cloud, asked.id, { artifacts: changing });
  expect(await cloud.version(asked.id)).toMatchObject({ state: "FAILED", failure: { code: "FILES_CHANGED" } });
  const now = await cloud.ask();
  expect(now.id).not.toBe(asked.id);
  await freeze(cloud, now.id);
  expect(await cloud.version(now.id)).toMatchObject({ state: "READY", content: { pieces: 13 } });
});

test("a worker that dies anywhere leaves no version to be seen; the next one makes the same, byte by byte", async () => {
  const whole = new Cloud();
  const { id } = await whole.ask();
  await freeze(whole, id);
  const expected = (await whole.version(id))?.content;
  await fc.assert(
    fc.asyncProperty(fc.nat(28), async (calls) => {
      const cloud = new Cloud();
      const asked = await cloud.ask();
      let left = calls;
      const dying = async <Result>(call: () => Promise<Result>): Promise<Result> => {
        left -= 1;
        if (left < 0) throw new Error("cut off");
        return await call();
      };
      const artifacts = {
        read: async (key: string, maxBytes: number) =>
          await dying(async () => await cloud.artifacts.read(key, maxBytes)),
        write: async (object: Parameters<typeof cloud.artifacts.write>[0]) => {
          await dying(async () => {
            await cloud.artifacts.write(object);
          });
        },
      };
      // The lease of one that died stays; that of one that failed is given up.
      const release = async (): Promise<void> => undefined;
      const died = await freeze(cloud, asked.id, {
        ...{ artifacts, datasetVersions: { ...cloud.stores.datasetVersions, release } },
      }).catch((error: unknown) => error);
      if (died !== undefined) {
        expect((await cloud.version(asked.id))?.state).toBe("FREEZING");
        await freeze(cloud, asked.id);
        expect((await cloud.version(asked.id))?.state).toBe("FREEZING");
        cloud.clock.advance(freezeLeaseSeconds + 1);
        await freeze(cloud, asked.id);
      }
      expect(asked.id).toBe(id);
      expect((await cloud.version(asked.id))?.content).toEqual(expected);
      expect(cloud.objects(asked.id)).toEqual(whole.objects(id));
    }),
    { numRuns: 30 },
  );
});

test("a data set that is deleted meanwhile gets no version", async () => {
  const cloud = new Cloud();
  const asked = await cloud.ask();
  const { sub, id } = cloud.dataset;
  const get = async (): Promise<DatasetItem> => {
    cloud.stores.table.put(ownedKey("DATASET", sub, id), undefined);
    return cloud.dataset;
  };
  await freeze(cloud, asked.id, { datasets: { get } });
  expect((await cloud.version(asked.id))?.state).toBe("FREEZING");
  await cloud.stores.datasetVersions.removeAll(cloud.dataset);
  expect(await cloud.version(asked.id)).toBeUndefined();
});
