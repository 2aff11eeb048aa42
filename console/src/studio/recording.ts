/** What somebody plays on a keyboard, as a piece. */
import { inOrder, type Piece, type PieceNote } from "../piece/piece";

const ticksPerBeat = 480;
const beatsPerBar = 4;
/** A piece has at most so many bars. */
const mostBars = 64;

export interface RecordingParams {
  /** Quarter notes a minute. */
  readonly tempo: number;
  /** The time of the first bar line, in milliseconds of the clock that presses are timed by. */
  readonly barLine: number;
  readonly name: string;
  /** The General MIDI program that it was heard with. */
  readonly program?: number;
}

interface HeldNote {
  readonly at: number;
  readonly velocity: number;
}

export class Recording {
  private readonly notes: PieceNote[] = [];
  private readonly held = new Map<number, HeldNote>();

  constructor(private readonly params: RecordingParams) {}

  press(pitch: number, velocity: number, at: number): void {
    this.release(pitch, at);
    this.held.set(pitch, { at, velocity });
  }

  release(pitch: number, at: number): void {
    const note = this.held.get(pitch);
    if (note === undefined) return;
    this.held.delete(pitch);
    // What is struck a little before the first bar line belongs to it.
    const start = Math.max(0, this.tickAt(note.at));
    const end = Math.max(start + 1, this.tickAt(at));
    if (this.tickAt(note.at) < -ticksPerBeat / 2 || start >= mostBars * beatsPerBar * ticksPerBeat) return;
    this.notes.push({ start, duration: end - start, pitch, velocity: note.velocity });
  }

  /** Returns the piece as it is at a time: what is held down sounds until then. Without notes it has one empty bar. */
  pieceAt(at: number): Piece {
    const { tempo, name, program = 0 } = this.params;
    const ended = new Recording(this.params);
    ended.notes.push(...this.notes);
    for (const [pitch, note] of this.held) {
      ended.held.set(pitch, note);
      ended.release(pitch, Math.max(at, note.at));
    }
    const notes = [...ended.notes].sort(inOrder);
    const last = notes.reduce((end, { start, duration }) => Math.max(end, start + duration), 1);
    const bars = Math.min(mostBars, Math.ceil(last / (beatsPerBar * ticksPerBeat)));
    return { tempo, ticksPerBeat, beatsPerBar, bars, tracks: [{ name, program, isDrums: false, notes }] };
  }

  /** Returns the piece at its end, and nothing if it has no notes: what is struck long before the first bar line is none. */
  endedAt(at: number): Piece | undefined {
    const piece = this.pieceAt(at);
    return piece.tracks.every(({ notes }) => notes.length === 0) ? undefined : piece;
  }

  private tickAt(at: number): number {
    const { tempo, barLine } = this.params;
    return Math.round(((at - barLine) / 60_000) * tempo * ticksPerBeat);
  }
}
