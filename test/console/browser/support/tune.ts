import { writePiece } from "../../../../console/src/piece/write-piece";

/** Returns the file of a short tune in 4/4: two bars of quarter notes up and down a scale. */
export function midiFileOf(): Uint8Array {
  const notes = [60, 62, 64, 65, 67, 65, 64, 60].map((pitch, index) => ({
    start: index * 480,
    duration: 480,
    pitch,
    velocity: 90,
  }));
  return writePiece({
    tempo: 120,
    ticksPerBeat: 480,
    beatsPerBar: 4,
    bars: 2,
    tracks: [{ name: "Tune", program: 0, isDrums: false, notes }],
  });
}
