import { writePlayedPiece } from "../../../domain/music/midi-writer";
import { type Piece, timeSignatureOf } from "./piece";

/**
 * Writes a piece as a MIDI file, by the code that writes the server's files.
 * @throws PieceError when a bar has a length that no time signature of pieces has
 */
export function writePiece(piece: Piece): Uint8Array<ArrayBuffer> {
  const { tempo, tempos, ticksPerBeat, bars, tracks } = piece;
  const bytes = writePlayedPiece({
    tempo,
    tempos,
    ticksPerBeat,
    bars,
    timeSignature: timeSignatureOf(piece),
    tracks: tracks.map(({ name, program, isDrums, mix, notes }) => ({
      name,
      program,
      isDrums,
      volume: mix?.volume,
      pan: mix?.pan,
      notes: notes.map(({ start, duration, pitch, velocity }) => ({
        startTick: start,
        durationTicks: duration,
        pitch,
        velocity,
      })),
    })),
  });
  return Uint8Array.from(bytes);
}
