/** Which objects are orphans, to the very name, and how they are removed. */
import * as fc from "fast-check";
import { countOrphans } from "../../../lambdas/resources/count-orphans";
import type { BucketOfObjects } from "../../../lambdas/resources/orphans";
import type { RowByKey } from "../../../lambdas/stores/rows-by-key";
import {
  checkpointsPrefix,
  compositionCorrectionKey,
  compositionEditEventsKey,
  compositionInputMidiKey,
  compositionMidiKey,
  compositionPrefix,
  compositionScoreKey,
  datasetFileObjectKey,
  datasetPiecesKey,
  modelCardFile,
  modelFile,
  modelPrefix,
  ownDatasetPrefix,
  progressFile,
  referenceFile,
  sampleFile,
  selectionManifestKey,
  trackKey,
  trainingJobPrefix,
  trainingOutputPrefix,
} from "../../../naming/object-keys";
import { ownedKey, type OwnedKind, pendingChangeKey, type TableKey } from "../../../naming/table-keys";
import { listOrphans, removeOrphans } from "../../../scripts/orphans/remove-orphans";
import { MemoryBuckets } from "../../fakes/memory-object-store";
import { CollectingLog, CollectingMetrics } from "../../fakes/telemetry";

const owner = { sub: "alice", id: "A".repeat(26) };
const now = new Date("2026-03-01T00:00:00.000Z");
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);

/** Two buckets and a table in memory. */
class Harness {
  readonly rowsByKey = new Map<string, RowByKey>();
  /** When what is put next was written. */
  private writtenAt = now;
  private readonly memory = new MemoryBuckets({ now: () => this.writtenAt, pageSize: 3 });
  readonly buckets = { artifacts: this.memory.store("artifacts"), work: this.memory.store("work") };
  asked = 0;

  row(kind: OwnedKind, midi?: RowByKey["midi"], more: Pick<RowByKey, "composed" | "correction"> = {}): this {
    return this.item(ownedKey(kind, owner.sub, owner.id), midi, more);
  }
  item(key: TableKey, midi?: RowByKey["midi"], more: Pick<RowByKey, "composed" | "correction"> = {}): this {
    this.rowsByKey.set(`${key.pk} ${key.sk}`, { ...key, ...(midi === undefined ? {} : { midi }), ...more });
    return this;
  }
  put(key: string, bucket: BucketOfObjects = "artifacts", days = 30): this {
    this.writtenAt = daysAgo(days);
    this.buckets[bucket].put(key, "bytes");
    return this;
  }

  readonly rows = {
    find: async (keys: readonly TableKey[]) => {
      this.asked += 1;
      return keys.flatMap(({ pk, sk }) => this.rowsByKey.get(`${pk} ${sk}`) ?? []);
    },
  };

  list = async (ageDays = 7) => await listOrphans({ buckets: this.buckets, rows: this.rows, ageDays, now });
  orphanKeys = async (): Promise<string[]> => (await this.list()).map(({ key }) => key);
  left = (): string[] => [...this.buckets.artifacts.keys(), ...this.buckets.work.keys()];
}

const sha256 = "a".repeat(64);
const midi = (revision: number, token?: string) => ({
  revision,
  sha256,
  bytes: 5,
  ...(token === undefined ? {} : { token }),
});
const named: Readonly<Record<OwnedKind, readonly string[]>> = {
  TRACK: [trackKey(owner)],
  COMPOSITION: [
    compositionScoreKey(owner),
    compositionEditEventsKey(owner),
    compositionInputMidiKey(owner),
    compositionMidiKey(owner, { revision: 3, token: "abc" }),
    compositionMidiKey(owner, { revision: 2 }),
    compositionMidiKey(owner, { revision: 2, token: "x" }),
  ],
  MODEL: [modelFile, modelCardFile].map((name) => `${modelPrefix(owner)}${name}`),
  DATASET: [datasetFileObjectKey(owner, sha256), datasetPiecesKey(owner, sha256)],
  TRAINING_JOB: [progressFile, referenceFile, sampleFile(0, "ode-to-joy"), sampleFile(12_345, "a")].map(
    (name) => `${trainingJobPrefix(owner)}${name}`,
  ),
};
const work = [
  `${checkpointsPrefix(owner)}last.pt`,
  `${checkpointsPrefix(owner)}samples/epoch-0001/a.mid`,
  selectionManifestKey(owner),
  `${trainingOutputPrefix(owner)}job-1/output/model/model.onnx`,
];

test.each(Object.entries(named))(
  "the files that a row of %s names are no orphans, and without it all are",
  async (kind, keys) => {
    const harness = new Harness();
    for (const key of keys) harness.put(key);
    expect(await harness.orphanKeys()).toEqual([...keys].sort());
    expect(await harness.row(kind as OwnedKind, midi(3, "abc")).orphanKeys()).toEqual([]);
  },
);

test("the files of a running job are no orphans, and without its row all are", async () => {
  const harness = new Harness();
  for (const key of work) harness.put(key, "work");
  expect(await harness.orphanKeys()).toEqual([...work].sort());
  expect(await harness.row("TRAINING_JOB").orphanKeys()).toEqual([]);
});

test.each<[OwnedKind, string]>([
  ["COMPOSITION", `${compositionPrefix(owner)}notes.txt`],
  ["COMPOSITION", `${compositionPrefix(owner)}score.json.tmp`],
  ["COMPOSITION", `${compositionPrefix(owner)}old/score.json`],
  ["COMPOSITION", compositionMidiKey(owner, { revision: 1 })],
  ["COMPOSITION", compositionMidiKey(owner, { revision: 3 })],
  ["COMPOSITION", compositionMidiKey(owner, { revision: 3, token: "abd" })],
  ["COMPOSITION", compositionMidiKey(owner, { revision: 4, token: "abc" })],
  ["COMPOSITION", `${compositionPrefix(owner)}03.mid`],
  ["MODEL", `${modelPrefix(owner)}weights.bin`],
  ["MODEL", `${modelPrefix(owner)}model.onnx/part`],
  ["DATASET", `${ownDatasetPrefix(owner)}files/${sha256}.midi`],
  ["DATASET", `${ownDatasetPrefix(owner)}pieces/song.json.gz`],
  ["TRAINING_JOB", `${trainingJobPrefix(owner)}progress.jsonl.1`],
  ["TRAINING_JOB", `${trainingJobPrefix(owner)}checkpoints/last.pt`],
  ["TRAINING_JOB", `${trainingJobPrefix(owner)}samples/epoch-1/a.mid`],
  ["TRAINING_JOB", `${trainingJobPrefix(owner)}x/samples/epoch-0001/a.mid`],
  ["TRAINING_JOB", `${trainingJobPrefix(owner)}samples/epoch-00001/a.mid`],
  ["TRAINING_JOB", `${trainingJobPrefix(owner)}samples/epoch-00000/a.mid`],
])("beside the row of a %s, %s is an orphan: its row does not name it", async (kind, key) => {
  const harness = new Harness().row(kind, midi(3, "abc")).put(key);
  expect(await harness.orphanKeys()).toEqual([key]);
});

test("any other name under a row's prefix is an orphan", async () => {
  const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes("\n"));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<OwnedKind>("COMPOSITION", "MODEL", "TRAINING_JOB", "DATASET"),
      name,
      async (kind, text) => {
        const prefix = {
          COMPOSITION: compositionPrefix,
          MODEL: modelPrefix,
          TRAINING_JOB: trainingJobPrefix,
          DATASET: ownDatasetPrefix,
          TRACK: trackKey,
        }[kind];
        const key = `${prefix(owner)}${text}`;
        const harness = new Harness().row(kind, midi(3, "abc")).put(key);
        expect(await harness.orphanKeys()).toEqual(named[kind].includes(key) ? [] : [key]);
      },
    ),
    { numRuns: 500 },
  );
});

test("a composition without a MIDI file yet names what its worker may write, and no more", async () => {
  const harness = new Harness().row("COMPOSITION");
  harness.put(compositionMidiKey(owner, { revision: 2 })).put(compositionScoreKey(owner));
  expect(await harness.orphanKeys()).toEqual([]);
  const stray = compositionMidiKey(owner, { revision: 2, token: "abc" });
  expect(await harness.put(stray).orphanKeys()).toEqual([stray]);
});

test("a corrected composition names its last correction, and the piece as it was before the first one", async () => {
  const composed = compositionMidiKey(owner, { revision: 2 });
  const correction = compositionCorrectionKey(owner, { revision: 4, token: "abc" });
  const harness = new Harness().put(composed).put(correction).put(compositionScoreKey(owner));
  const more = { composed: midi(2), correction: { revision: 4, token: "abc" } };
  expect(await harness.row("COMPOSITION", midi(6, "def"), more).orphanKeys()).toEqual([]);
  const strays = [
    compositionMidiKey(owner, { revision: 2, token: "abc" }),
    compositionMidiKey(owner, { revision: 3 }),
    compositionCorrectionKey(owner, { revision: 3, token: "abc" }),
    compositionCorrectionKey(owner, { revision: 4, token: "abd" }),
  ];
  for (const key of strays) harness.put(key);
  expect(await harness.orphanKeys()).toEqual([...strays].sort());
  expect(await harness.row("COMPOSITION", midi(6, "def")).orphanKeys()).toEqual(
    [...strays, composed, correction].sort(),
  );
});

test("what a pending change speaks of is nobody's orphan, in either bucket", async () => {
  const harness = new Harness().item(pendingChangeKey("TRAINING_JOB", owner.sub, owner.id));
  harness.put(`${trainingJobPrefix(owner)}${progressFile}`).put(`${checkpointsPrefix(owner)}last.pt`, "work");
  expect(await harness.orphanKeys()).toEqual([]);
});

test("young files are left alone, and files younger than a week are never listed", async () => {
  const harness = new Harness().put(trackKey(owner), "artifacts", 6.9);
  expect(await harness.orphanKeys()).toEqual([]);
  await expect(harness.list(6)).rejects.toThrow("7 days or more");
  await expect(harness.list(Number.NaN)).rejects.toThrow("7 days or more");
  expect(await harness.put(trackKey(owner), "artifacts", 7.1).orphanKeys()).toEqual([trackKey(owner)]);
});

test("the count names the first twenty, in both buckets, and removes nothing", async () => {
  const harness = new Harness()
    .put(trackKey(owner), "artifacts", 2)
    .put(work[0] ?? "", "work", 2)
    .put("users/alice/x", "work", 0.5);
  for (let index = 0; index < 30; index += 1) harness.put(`users/alice/unnamed-${String(index).padStart(2, "0")}`);
  const [log, metrics] = [new CollectingLog(), new CollectingMetrics()];
  const deadline = new Date(now.getTime() + 1);
  const count = await countOrphans({
    buckets: harness.buckets,
    rows: harness.rows,
    now: () => now,
    deadline,
    log,
    metrics,
  });
  expect(count).toEqual({ objects: 33, orphans: 32, orphanBytes: 160, complete: true });
  expect(metrics.recorded).toEqual([{ name: "OrphanObjects", value: 32 }]);
  const [line] = log.lines;
  const { first } = line?.details as { first: string[] };
  expect(first).toHaveLength(20);
  expect(first[0]).toBe(`artifacts: ${trackKey(owner)}`);
  expect(harness.left()).toHaveLength(33);
  const late = await countOrphans({
    buckets: harness.buckets,
    rows: harness.rows,
    now: () => now,
    deadline: now,
    log,
    metrics,
  });
  expect(late.complete).toBe(false);
});

describe("removing", () => {
  const strays = (): Harness =>
    new Harness()
      .put(trackKey(owner))
      .put("users/alice/x")
      .put(work[0] ?? "", "work");

  test("takes exactly what was listed, out of both buckets", async () => {
    const harness = strays().row("MODEL");
    for (const key of named.MODEL) harness.put(key);
    const orphans = await harness.list();
    expect(await removeOrphans({ rows: harness.rows, stores: harness.buckets, orphans, expected: 3 })).toBe(3);
    expect(harness.left()).toEqual([...named.MODEL].sort());
  });

  test.each([0, 2, 4])("of %i where there are 3 removes nothing", async (expected) => {
    const harness = strays();
    const removal = removeOrphans({
      rows: harness.rows,
      stores: harness.buckets,
      orphans: await harness.list(),
      expected,
    });
    await expect(removal).rejects.toThrow(`3 orphans, not ${expected}`);
    expect(harness.left()).toHaveLength(3);
  });

  test("leaves what has got a row since it was listed", async () => {
    const harness = strays();
    const orphans = await harness.list();
    harness.row("TRACK");
    expect(await removeOrphans({ rows: harness.rows, stores: harness.buckets, orphans, expected: 3 })).toBe(2);
    expect(harness.left()).toEqual([trackKey(owner)]);
  });
});
