import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { epochMetricsSchema } from "../../../domain/schemas/metrics";
import { convergenceSchema, trainingProgressSchema } from "../../../domain/schemas/training-parts";
import { convergenceOf } from "../../../domain/training/convergence";
import { epochMetrics, parseProgress, summarizeProgress } from "../../../domain/training/progress";

const line = (epoch: number, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ schemaVersion: 1, epoch, epochs: 20, generatorLoss: -epoch, seconds: 10, ...more });

test.each([
  ["unet-gan", ["generatorLoss", "criticLoss", "reconstructionLoss"]],
  ["ar-cnn", ["loss", "selectionLoss", "toggleLoss", "startLoss", "validationLoss"]],
])("reads the contract's own example of %s with its losses", (technique, losses) => {
  const example = readFileSync(
    join(__dirname, `../../../contracts/fixtures/progress-line/valid-${technique}.json`),
    "utf8",
  );
  const [epoch] = parseProgress(JSON.stringify(JSON.parse(example))).epochs;
  expect(epoch?.epoch).toBeGreaterThanOrEqual(1);
  const names = Object.keys(epoch?.metrics ?? {});
  expect(names).toEqual(expect.arrayContaining(["similarityIndex", "tonalDistance", ...losses]));
  expect(names.filter((name) => /loss/i.test(name)).sort()).toEqual([...losses].sort());
});

test("a half last line is left alone, a broken one in the middle is counted", () => {
  const text = `${line(1)}\nnot json\n${line(2)}\n{"schemaVersion":1,"epo`;
  const { epochs, skippedLines } = parseProgress(text);
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(skippedLines).toBe(1);
});

test("after a resume the lines that were written twice count once, and those not yet reached again do not count", () => {
  const text = [line(1), line(2), line(3, { generatorLoss: 99 }), line(4), line(3)].join("\n");
  const { epochs } = parseProgress(text);
  expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(epochs.at(-1)?.metrics["generatorLoss"]).toBe(-3);
});

test("whatever the bytes, parsing returns: epochs in order, one each, metrics finite, all of it storable", () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.integer({ min: -5, max: 30 }).map((epoch) => new TextEncoder().encode(`${line(epoch)}\n`)),
    fc.json().map((text) => new TextEncoder().encode(`${text}\n`)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      const { epochs } = parseProgress(Buffer.concat(parts));
      for (const [index, { epoch }] of epochs.entries()) expect(epoch).toBeGreaterThan(epochs[index - 1]?.epoch ?? 0);
      for (const each of epochs) {
        epochMetricsSchema.parse(epochMetrics(each));
        expect(Object.values(each.metrics).every(Number.isFinite)).toBe(true);
      }
      const summary = summarizeProgress(epochs, { now: 0, runsSince: 0 });
      if (summary !== undefined) trainingProgressSchema.parse(summary);
      convergenceSchema.parse(convergenceOf(epochs));
    }),
  );
});

test("the rest is what is left at the pace of the last five epochs, less what has passed since", () => {
  const timestamp = "2026-01-01T00:00:00.000Z";
  const { epochs } = parseProgress(
    [1, 2, 3, 4, 5, 6].map((epoch) => line(epoch, { timestamp, seconds: epoch === 1 ? 500 : 10 })).join("\n"),
  );
  const now = Date.parse(timestamp) + 4_000;
  expect(summarizeProgress(epochs, { now, runsSince: 0 })).toEqual({
    epoch: 6,
    epochs: 20,
    percent: 30,
    secondsRemaining: 136,
  });
  expect(summarizeProgress(epochs, { now, plannedEpochs: 12, runsSince: 0 })).toMatchObject({
    epochs: 12,
    percent: 50,
    secondsRemaining: 56,
  });
  expect(summarizeProgress([], { now, runsSince: 0 })).toBeUndefined();
});

test("a resumed job knows no pace until an epoch of its own is done: the old lines are another run's", () => {
  const begun = Date.parse("2026-01-02T00:00:00.000Z");
  const old = [1, 2, 3].map((epoch) => line(epoch, { timestamp: "2026-01-01T00:00:00.000Z", seconds: 500 }));
  const before = parseProgress(old.join("\n"), 20).epochs;
  for (const runsSince of [begun, undefined]) {
    expect(summarizeProgress(before, { now: begun + 30_000, plannedEpochs: 20, runsSince })).toEqual({
      epoch: 3,
      epochs: 20,
      percent: 15,
    });
  }
  const own = line(4, { timestamp: "2026-01-02T00:00:10.000Z", seconds: 10 });
  const after = parseProgress([...old, own].join("\n"), 20).epochs;
  expect(summarizeProgress(after, { now: begun + 10_000, plannedEpochs: 20, runsSince: begun })).toMatchObject({
    epoch: 4,
    secondsRemaining: 160,
  });
});

test("numbers are bounded when they are read: what the table cannot hold is left out, digits are rounded", () => {
  const [epoch] = parseProgress(line(1, { a: 1.2e16, b: -1e308, c: 1e-200, d: 1 / 3, e: 5, seconds: -1 })).epochs;
  expect(epoch?.metrics).toEqual({ generatorLoss: -1, c: 0, d: 0.333333333333333, e: 5 });
  expect(epoch?.seconds).toBeUndefined();
  expect(parseProgress(line(1, { seconds: 1e308 })).epochs[0]?.seconds).toBeUndefined();
});

test("an epoch after the last that the job asked for is not its own", () => {
  expect(parseProgress([line(1), line(21), line(2_001, { epochs: 2_001 })].join("\n"), 20)).toMatchObject({
    epochs: [{ epoch: 1 }],
  });
});

test("two million lines of nothing cost no more than the longest file of a trainer", () => {
  const { epochs } = parseProgress("{}\n".repeat(2_000_000));
  expect(epochs).toEqual([]);
});
