import fc from "fast-check";
import { TempoMap } from "../../../console/src/sound/tempo-map";

const tempo = fc.integer({ min: 20, max: 300 });
const pieces = fc.record({
  tempo,
  ticksPerBeat: fc.constantFrom(24, 480, 960),
  tempos: fc
    .uniqueArray(fc.record({ tick: fc.integer({ min: 1, max: 50_000 }), beatsPerMinute: tempo }), {
      maxLength: 6,
      selector: ({ tick }) => tick,
    })
    .map((signs) => signs.sort((one, other) => one.tick - other.tick)),
});

test("the second of a tick is the second at which that tick is heard", () => {
  fc.assert(
    fc.property(pieces, fc.nat(60_000), (piece, tick) => {
      const map = new TempoMap(piece);
      expect(map.tickAt(map.secondAt(tick))).toBeCloseTo(tick, 3);
    }),
  );
});

test("seconds grow with ticks, whatever the tempo does", () => {
  fc.assert(
    fc.property(pieces, fc.nat(60_000), fc.integer({ min: 1, max: 5000 }), (piece, tick, later) => {
      const map = new TempoMap(piece);
      expect(map.secondAt(tick + later)).toBeGreaterThan(map.secondAt(tick));
    }),
  );
});

test("a piece that becomes half as fast takes twice as long from there on", () => {
  const map = new TempoMap({ tempo: 120, ticksPerBeat: 480, tempos: [{ tick: 960, beatsPerMinute: 60 }] });
  expect([0, 480, 960, 1440].map((tick) => map.secondAt(tick))).toEqual([0, 0.5, 1, 2]);
});
