import fc from "fast-check";
import { endOfPiece, type Piece } from "../../../console/src/piece/piece";
import {
  fitted,
  keysWidth,
  opened,
  pitchAt,
  revealing,
  rulerHeight,
  scrolledTo,
  tickAt,
  xOf,
  yOf,
  zoomed,
} from "../../../console/src/stage/roll-view";

const size = { width: 1056, height: 424 };
const pieceOf = (bars: number, pitches: readonly number[]): Piece => ({
  tempo: 120,
  ticksPerBeat: 480,
  beatsPerBar: 4,
  bars,
  tracks: [
    {
      name: "Tune",
      program: 0,
      isDrums: false,
      notes: pitches.map((pitch) => ({ start: 0, duration: 480, pitch, velocity: 90 })),
    },
  ],
});
const pieces = fc
  .tuple(fc.integer({ min: 1, max: 64 }), fc.array(fc.integer({ min: 0, max: 127 }), { maxLength: 6 }))
  .map(([bars, pitches]) => pieceOf(bars, pitches));

test("a fitted view shows every note, and the whole piece when all bars are asked for", () => {
  fc.assert(
    fc.property(pieces, (piece) => {
      const view = fitted(piece, size, piece.bars);
      expect(xOf(view, endOfPiece(piece))).toBeCloseTo(size.width, 3);
      for (const { pitch } of piece.tracks[0]?.notes ?? []) {
        expect(yOf(view, size, pitch)).toBeGreaterThanOrEqual(rulerHeight - 0.001);
        expect(yOf(view, size, pitch) + view.rowHeight).toBeLessThanOrEqual(size.height + 0.001);
      }
    }),
  );
});

test("what stands at a point is the tick and pitch that are drawn there", () => {
  fc.assert(
    fc.property(pieces, fc.nat(5000), fc.integer({ min: 0, max: 127 }), (piece, tick, pitch) => {
      const view = fitted(piece, size);
      expect(tickAt(view, xOf(view, tick))).toBeCloseTo(tick, 3);
      expect(pitchAt(view, size, yOf(view, size, pitch) + view.rowHeight / 2)).toBe(pitch);
    }),
  );
});

test("zooming keeps the tick under the pointer, and never leaves the piece", () => {
  const piece = pieceOf(16, [60]);
  const view = scrolledTo(fitted(piece, size, 4), piece, size, 8 * 1920);
  const pointer = keysWidth + 300;
  const near = zoomed(view, piece, size, 2, pointer);
  expect(tickAt(near, pointer)).toBeCloseTo(tickAt(view, pointer), 3);
  const far = zoomed(view, piece, size, 0.001, pointer);
  expect([far.left, xOf(far, endOfPiece(piece))]).toEqual([expect.closeTo(0, 3), expect.closeTo(size.width, 3)]);
});

test("a view that shows the place stays as it is, and any other moves to show it", () => {
  const piece = pieceOf(16, [60]);
  const view = fitted(piece, size, 4);
  expect(revealing(view, piece, size, 1920, 60)).toBe(view);
  const moved = revealing(view, piece, size, 10 * 1920, 100);
  expect(xOf(moved, 10 * 1920)).toBeGreaterThan(keysWidth);
  expect(xOf(moved, 10 * 1920)).toBeLessThan(size.width);
  expect(yOf(moved, size, 100)).toBeGreaterThanOrEqual(0);
});

test("a piece that goes on opens with two bars of what led to its new music, and any other at its beginning", () => {
  const piece = pieceOf(40, [60, 72]);
  const bar = 4 * 480;
  expect(opened(piece, size).left).toBe(0);
  expect(opened(piece, size, 12 * bar).left).toBe(10 * bar);
  expect(opened(piece, size, bar).left).toBe(0);
  // A piece that is seen whole is not scrolled.
  expect(opened(pieceOf(4, [60]), size, 2 * bar).left).toBe(0);
});
