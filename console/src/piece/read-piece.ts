import { barLines } from "../../../domain/music/bar-lines";
import { midiLimits, UnreadableMidiError } from "../../../domain/music/byte-reader";
import { parseMidi, type Song, tempoAt } from "../../../domain/music/song";
import { pieceTimeSignatureOf, pieceTimeSignatures } from "../../../domain/music/time-signatures";
import { barsIn, barTicks, type Piece, PieceError } from "./piece";

/** Returns a reason as a sentence: it begins with a capital letter and ends with a full stop. */
const sentence = (reason: string): string => `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}.`;

function parse(bytes: ArrayBuffer): Song {
  try {
    return parseMidi(new Uint8Array(bytes));
  } catch (error) {
    if (error instanceof UnreadableMidiError) throw new PieceError(sentence(error.message), { cause: error });
    throw error;
  }
}

/**
 * Reads the bytes of a MIDI file by the server's own code, so that what the server refuses is refused here, in the same
 * words.
 * @throws PieceError when the bytes are no MIDI file, exceed the limits, or have bars that the stage cannot show
 */
export function readPiece(bytes: ArrayBuffer): Piece {
  const song = parse(bytes);
  const { ticksPerBeat, timeSignatures, tempos, tracks } = song;
  const [stretch, second] = barLines({ timeSignatures, ticksPerBeat, notes: tracks.flatMap(({ notes }) => notes) });
  if (stretch === undefined) throw new PieceError("The file has no bars.");
  if (second !== undefined) {
    const { firstBar, timeSignature } = second;
    throw new PieceError(
      `The bars change from ${stretch.timeSignature} to ${timeSignature} in bar ${firstBar}; they must be alike.`,
    );
  }
  const timeSignature = pieceTimeSignatureOf(stretch.timeSignature);
  if (timeSignature === undefined) {
    const known = pieceTimeSignatures.join(", ");
    throw new PieceError(`The bars are in ${stretch.timeSignature}; they must be in one of ${known}.`);
  }
  const bar = { ...barsIn(timeSignature), ticksPerBeat };
  const silentEnd = Math.min(midiLimits.bars, Math.ceil(song.end / barTicks(bar)));
  const later = tempos.filter(({ tick }) => tick > 0);
  return {
    tempo: tempoAt(song, 0),
    ...(later.length === 0 ? {} : { tempos: later }),
    ...bar,
    // Bars without notes at the end are part of the piece. What overhangs by less than a sixteenth is not.
    bars: song.end - stretch.bars * barTicks(bar) < ticksPerBeat / 4 ? stretch.bars : silentEnd,
    tracks: tracks.map(({ name, program, isDrums, mix, notes }) => ({
      name,
      program,
      isDrums,
      ...(mix.volume === undefined && mix.pan === undefined ? {} : { mix }),
      notes: notes.map(({ startTick, durationTicks, pitch, velocity }) => ({
        start: startTick,
        duration: durationTicks,
        pitch,
        velocity,
      })),
    })),
  };
}
