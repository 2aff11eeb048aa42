/** The lens's figure for parallels. */
import fc from "fast-check";
import type { Piece } from "../../../console/src/piece/piece";
import { beatParallelsPer100Bars } from "../../../console/src/studio/beat-parallels";

const quarters = (...pitches: readonly (number | null)[]): Piece["tracks"][number] => ({
  ...{ name: "Voice", program: 0, isDrums: false },
  notes: pitches.flatMap((pitch, beat) =>
    pitch === null ? [] : [{ start: beat * 480, duration: 480, pitch, velocity: 80 }],
  ),
});
const pieceOf = (...tracks: Piece["tracks"]): Piece => ({
  tempo: 100,
  ticksPerBeat: 480,
  beatsPerBar: 4,
  bars: 1,
  tracks,
});

test.each([
  ["fifths that move together", [60, 62], [67, 69], 100],
  ["octaves and unisons that move together", [60, 62, 60], [72, 74, 60], 200],
  ["fifths that stand still", [60, 60], [67, 67], 0],
  ["a fifth that is reached from a sixth", [60, 62], [69, 69], 0],
  ["thirds", [60, 62], [64, 66], 0],
  ["a rest between", [60, null, 62], [67, null, 69], 0],
])("%s", (_what, one, other, expected) => {
  expect(beatParallelsPer100Bars(pieceOf(quarters(...one), quarters(...other)))).toBe(expected);
});

test("a note held over beats, and notes between two beats, change nothing", () => {
  const held = { ...quarters(), notes: [{ start: 0, duration: 960, pitch: 60, velocity: 80 }] };
  expect(beatParallelsPer100Bars(pieceOf(held, quarters(67, 67)))).toBe(0);
  const passing = { start: 240, duration: 240, pitch: 61, velocity: 80 };
  const voice = { ...quarters(60, 62), notes: [...quarters(60, 62).notes, passing] };
  expect(beatParallelsPer100Bars(pieceOf(voice, quarters(67, 69)))).toBe(100);
});

test("a voice that doubles another in fifths makes a parallel of each step; drums make none", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 40, max: 80 }), { minLength: 2, maxLength: 4 }), (pitches) => {
      const steps = pitches.slice(1).filter((pitch, index) => pitch !== pitches[index]).length;
      const fifths = quarters(...pitches.map((pitch) => pitch + 7));
      expect(beatParallelsPer100Bars(pieceOf(quarters(...pitches), fifths))).toBe(100 * steps);
      expect(beatParallelsPer100Bars(pieceOf(quarters(...pitches), { ...fifths, isDrums: true }))).toBe(0);
    }),
  );
});
