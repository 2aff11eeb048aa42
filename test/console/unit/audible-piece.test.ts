import type { Piece } from "../../../console/src/piece/piece";
import { audiblePiece, usualMix } from "../../../console/src/sound/audible-piece";

const track = (name: string) => ({
  name,
  program: 0,
  isDrums: false,
  notes: [{ start: 0, duration: 480, pitch: 60, velocity: 90 }],
});
const piece: Piece = { tempo: 100, ticksPerBeat: 480, beatsPerBar: 4, bars: 1, tracks: [track("one"), track("two")] };

test("a muted track is not heard, and the others are as they were", () => {
  expect(audiblePiece(piece, [{ muted: true, gain: 1 }]).tracks).toEqual([track("two")]);
  expect(audiblePiece(piece, [usualMix, usualMix])).toEqual(piece);
});

test("a gain becomes the volume by whose square a synthesizer plays, up to the loudest there is", () => {
  const volumes = [0, 0.25, 1.21, 9].map(
    (gain) => audiblePiece(piece, [{ muted: false, gain }]).tracks[0]?.mix?.volume,
  );
  expect(volumes).toEqual([0, 50, 110, 127]);
});
