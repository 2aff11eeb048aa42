/** How much an epoch learns, as the containers count it, and how long it lasts by what was measured. */
import fc from "fast-check";
import document from "../../../contracts/cases/learning-sizes.json";
import { epochSeconds, sizesBySplit, stepsOf, windowsOf } from "../../../domain/training/learning-size";

test.each(document.cases.map((one) => [one.name, one] as const))("%s", (_name, { pieces, windows, count }) => {
  expect(pieces.reduce((sum, bars) => sum + windowsOf({ bars }, windows), 0)).toBe(count);
});

test("a technique that learns from whole pieces has one window of each", () => {
  const pieces = [1, 40, 4_096].map((bars) => ({ bars, split: "train" as const }));
  expect(sizesBySplit(pieces, undefined)).toEqual({
    train: { pieces: 3, bars: 4_137, windows: 3 },
    validation: { pieces: 0, bars: 0, windows: 0 },
    test: { pieces: 0, bars: 0, windows: 0 },
  });
});

const pieceSchema = fc.record({
  bars: fc.integer({ min: 1, max: 200 }),
  split: fc.constantFrom("train" as const, "validation" as const, "test" as const),
});

test("law: the splits together have every piece and bar once, and every piece a window", () => {
  const windows = fc.record({ bars: fc.integer({ min: 1, max: 16 }), hop: fc.integer({ min: 1, max: 8 }) });
  fc.assert(
    fc.property(fc.array(pieceSchema), windows, (pieces, cut) => {
      const sizes = Object.values(sizesBySplit(pieces, cut));
      expect(sizes.reduce((sum, size) => sum + size.pieces, 0)).toBe(pieces.length);
      expect(sizes.reduce((sum, { bars }) => sum + bars, 0)).toBe(pieces.reduce((sum, { bars }) => sum + bars, 0));
      for (const size of sizes) expect(size.windows).toBeGreaterThanOrEqual(size.pieces);
    }),
  );
});

test("law: the epoch that was measured is estimated as it was, and a larger one never as shorter", () => {
  const count = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(
      count,
      count,
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 500, noNaN: true }),
      (windows, more, windowsPerSecond, besides) => {
        const measured = { windowsPerSecond, windows, seconds: windows / windowsPerSecond + besides };
        expect(epochSeconds(windows, measured)).toBeCloseTo(measured.seconds, 6);
        expect(epochSeconds(windows + more, measured)).toBeGreaterThan(epochSeconds(windows, measured));
      },
    ),
  );
});

test("without the windows of the measured epoch, the speed alone counts", () => {
  expect(epochSeconds(200, { windowsPerSecond: 100, seconds: 60, windows: undefined })).toBe(2);
});

test("the last step is filled up", () => {
  expect([stepsOf(1, 32), stepsOf(32, 32), stepsOf(33, 32)]).toEqual([1, 1, 2]);
});
