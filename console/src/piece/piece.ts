/**
 * A piece as the console shows, plays and edits it: notes in ticks, as in a MIDI file. A piece is never changed in place;
 * an edit makes a new one.
 */
import type { ChannelMix, TempoSign } from "../../../domain/music/midi-scan";
import { barShapes, type PieceTimeSignature, stepsPerQuarter } from "../../../domain/music/time-signatures";

export interface PieceNote {
  /** The tick at which it begins. */
  readonly start: number;
  /** Its length in ticks, at least 1. */
  readonly duration: number;
  /** MIDI pitch, 0-127; 60 is middle C. */
  readonly pitch: number;
  /** Loudness, 1-127. */
  readonly velocity: number;
}

export interface PieceTrack {
  readonly name: string;
  /** General MIDI program, 0-127. */
  readonly program: number;
  /** True if the pitches stand for drums. */
  readonly isDrums: boolean;
  /** The place in the mix that the file gives the track: absent where it gives none. */
  readonly mix?: ChannelMix;
  /** Notes in order of their starts, then of their pitches. */
  readonly notes: readonly PieceNote[];
}

export interface Piece {
  /** Quarter notes a minute, at the beginning. */
  readonly tempo: number;
  /** Later changes of the tempo, in order of their ticks: absent in a piece that keeps its tempo. */
  readonly tempos?: readonly TempoSign[];
  /** Ticks of a quarter note. */
  readonly ticksPerBeat: number;
  /** Quarter notes in a bar. */
  readonly beatsPerBar: number;
  /** Present where a bar is not counted in quarter notes. */
  readonly timeSignature?: "6/8";
  readonly bars: number;
  readonly tracks: readonly PieceTrack[];
}

/** The error for a piece that cannot be read or written. The message says why, in a sentence for the user. */
export class PieceError extends Error {
  override readonly name = "PieceError";
}

const signaturesOfQuarters: Readonly<Record<number, PieceTimeSignature>> = { 2: "2/4", 3: "3/4", 4: "4/4" };

/**
 * Returns the time signature of a piece.
 * @throws PieceError when no piece can have that many quarter notes in a bar
 */
export function timeSignatureOf({ beatsPerBar, timeSignature }: Pick<Piece, "beatsPerBar" | "timeSignature">) {
  const found: PieceTimeSignature | undefined = timeSignature ?? signaturesOfQuarters[beatsPerBar];
  if (found === undefined)
    throw new PieceError(`A bar of ${beatsPerBar} quarter notes cannot be written; a bar has 2, 3 or 4 of them.`);
  return found;
}

/** Returns the members of a piece that say its time signature. */
export function barsIn(timeSignature: PieceTimeSignature): Pick<Piece, "beatsPerBar" | "timeSignature"> {
  const beatsPerBar = barShapes[timeSignature].steps / stepsPerQuarter;
  return { beatsPerBar, ...(timeSignature === "6/8" ? { timeSignature } : {}) };
}

/** Returns the ticks of a bar. */
export const barTicks = ({ beatsPerBar, ticksPerBeat }: Pick<Piece, "beatsPerBar" | "ticksPerBeat">): number =>
  beatsPerBar * ticksPerBeat;

/** Returns the ticks of a beat as a listener counts it: in 6/8 it is three eighths. */
export const countedBeatTicks = (piece: Pick<Piece, "beatsPerBar" | "ticksPerBeat" | "timeSignature">): number =>
  piece.timeSignature === "6/8" ? barTicks(piece) / 2 : piece.ticksPerBeat;

/** Returns the ticks of a sixteenth, which may be a fraction. */
export const stepTicks = ({ ticksPerBeat }: Pick<Piece, "ticksPerBeat">): number => ticksPerBeat / stepsPerQuarter;

/** Returns the tick at which a piece ends: that of its last bar line. */
export const endOfPiece = (piece: Pick<Piece, "bars" | "beatsPerBar" | "ticksPerBeat">): number =>
  piece.bars * barTicks(piece);

/** Returns the number of notes of all tracks. */
export const noteCount = ({ tracks }: Pick<Piece, "tracks">): number =>
  tracks.reduce((sum, { notes }) => sum + notes.length, 0);

export const inOrder = (one: PieceNote, other: PieceNote): number => one.start - other.start || one.pitch - other.pitch;
