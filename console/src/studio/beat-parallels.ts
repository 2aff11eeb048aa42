/** How often two voices of a piece move in parallel fifths or octaves, from beat to beat, where a listener hears it. */
import { endOfPiece, type Piece, type PieceNote } from "../piece/piece";

const pitchClasses = 12;
const fifth = 7;
const octave = 0;

/** Returns the highest pitch that sounds at each quarter note; nothing where the voice rests. */
function pitchesOnBeats(notes: readonly PieceNote[], beats: number, ticksPerBeat: number): (number | undefined)[] {
  const pitches = Array.from({ length: beats }, (): number | undefined => undefined);
  for (const { start, duration, pitch } of notes) {
    for (let beat = Math.ceil(start / ticksPerBeat); beat * ticksPerBeat < start + duration; beat += 1) {
      if (beat < beats) pitches[beat] = Math.max(pitches[beat] ?? 0, pitch);
    }
  }
  return pitches;
}

/**
 * Returns the parallels in 100 bars: pairs of beats at which two voices move in one direction and keep a fifth or an
 * octave between them. `beat_parallels` of the evaluation counts the same.
 */
export function beatParallelsPer100Bars(piece: Piece): number {
  const beats = Math.ceil(endOfPiece(piece) / piece.ticksPerBeat);
  const voices = piece.tracks
    .filter(({ isDrums, notes }) => !isDrums && notes.length > 0)
    .map(({ notes }) => pitchesOnBeats(notes, beats, piece.ticksPerBeat));
  let count = 0;
  for (const [index, one] of voices.entries()) {
    for (const other of voices.slice(index + 1)) {
      for (let beat = 1; beat < beats; beat += 1) {
        const [before, now, otherBefore, otherNow] = [one[beat - 1], one[beat], other[beat - 1], other[beat]];
        if (before === undefined || now === undefined || otherBefore === undefined || otherNow === undefined) continue;
        const move = Math.sign(now - before);
        const interval = Math.abs(now - otherNow) % pitchClasses;
        const isKept = interval === Math.abs(before - otherBefore) % pitchClasses;
        if (move === 0 || move !== Math.sign(otherNow - otherBefore) || !isKept) continue;
        if (interval === fifth || interval === octave) count += 1;
      }
    }
  }
  return (100 * count) / piece.bars;
}
