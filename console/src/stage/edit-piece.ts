/** Edits of a piece. Each returns a new piece, and what it did not change stays the same object. */
import { barTicks, endOfPiece, inOrder, type Piece, type PieceNote } from "../piece/piece";

const highestPitch = 127;
export const usualVelocity = 90;

/** Notes of one track. */
export interface NotesOfTrack {
  readonly track: number;
  readonly notes: ReadonlySet<PieceNote>;
}

/** A new piece, and the notes in it that the edit made or changed. */
export interface Edited {
  readonly piece: Piece;
  readonly changed: ReadonlySet<PieceNote>;
}

const within = (value: number, lowest: number, highest: number): number => Math.max(lowest, Math.min(highest, value));

/** Returns the piece with other notes in one track, in their order. It grows by whole bars to hold them. */
function withNotes(piece: Piece, track: number, notes: readonly PieceNote[]): Piece {
  const last = notes.reduce((end, { start, duration }) => Math.max(end, start + duration), 0);
  const tracks = piece.tracks.map((one, index) =>
    index === track ? { ...one, notes: [...notes].sort(inOrder) } : one,
  );
  return { ...piece, tracks, bars: Math.max(piece.bars, Math.ceil(last / barTicks(piece))) };
}

/** Puts notes in the place of others. No two notes of one pitch sound at once: what is in the way is cut or goes. */
function replaceNotes(piece: Piece, { track, notes }: NotesOfTrack, added: readonly PieceNote[]): Edited {
  const kept = (piece.tracks[track]?.notes ?? []).filter((note) => !notes.has(note));
  const cut = kept.flatMap((note) => {
    const rival = added.find(
      ({ pitch, start, duration }) =>
        pitch === note.pitch && start < note.start + note.duration && note.start < start + duration,
    );
    if (rival === undefined) return [note];
    return note.start < rival.start ? [{ ...note, duration: rival.start - note.start }] : [];
  });
  return { piece: withNotes(piece, track, [...cut, ...added]), changed: new Set(added) };
}

export const addNote = (piece: Piece, track: number, note: PieceNote): Edited =>
  replaceNotes(piece, { track, notes: new Set() }, [note]);

export const removeNotes = (piece: Piece, chosen: NotesOfTrack): Edited => replaceNotes(piece, chosen, []);

export interface Shift {
  readonly ticks: number;
  readonly semitones: number;
}

/** Moves notes together, as far as the first tick and the pitches of MIDI let them. */
export function moveNotes(piece: Piece, chosen: NotesOfTrack, { ticks, semitones }: Shift): Edited {
  const notes = [...chosen.notes];
  const pitches = notes.map(({ pitch }) => pitch);
  const allowedTicks = Math.max(ticks, -Math.min(...notes.map(({ start }) => start)));
  const allowedSemitones = within(semitones, -Math.min(...pitches), highestPitch - Math.max(...pitches));
  if (notes.length === 0) return { piece, changed: chosen.notes };
  const moved = notes.map((note) => ({
    ...note,
    start: note.start + allowedTicks,
    pitch: note.pitch + allowedSemitones,
  }));
  return replaceNotes(piece, chosen, moved);
}

/** Makes notes longer or shorter by some ticks; each stays at least as long as `shortest`. */
export function stretchNotes(piece: Piece, chosen: NotesOfTrack, ticks: number, shortest: number): Edited {
  const stretched = [...chosen.notes].map((note) => ({
    ...note,
    duration: Math.max(Math.min(shortest, note.duration), note.duration + ticks),
  }));
  return replaceNotes(piece, chosen, stretched);
}

/** Puts copies of notes into a track, the earliest of them at a tick. */
export function pasteNotes(piece: Piece, track: number, notes: readonly PieceNote[], at: number): Edited {
  const first = Math.min(...notes.map(({ start }) => start));
  return replaceNotes(
    piece,
    { track, notes: new Set() },
    notes.map((note) => ({ ...note, start: note.start - first + at })),
  );
}

/** Returns the note of a track that sounds at a tick on a pitch. */
export const noteAt = (piece: Piece, track: number, tick: number, pitch: number): PieceNote | undefined =>
  piece.tracks[track]?.notes.find(
    (note) => note.pitch === pitch && note.start <= tick && tick < note.start + note.duration,
  );

/** Bars and pitches of a piece, both ends included; bars count from 1. */
export interface Region {
  readonly firstBar: number;
  readonly lastBar: number;
  readonly lowestPitch: number;
  readonly highestPitch: number;
}

/** Two corners of a frame on the roll. */
export interface Frame {
  readonly fromTick: number;
  readonly toTick: number;
  readonly fromPitch: number;
  readonly toPitch: number;
}

/** Returns the bars and pitches that a frame touches, whichever corner was first. */
export function regionOf(piece: Piece, { fromTick, toTick, fromPitch, toPitch }: Frame): Region {
  const barOf = (tick: number): number => within(Math.floor(tick / barTicks(piece)) + 1, 1, piece.bars);
  const end = endOfPiece(piece);
  const [first, last] = [Math.min(fromTick, toTick), Math.max(fromTick, toTick)];
  return {
    firstBar: barOf(within(first, 0, end)),
    // A frame that ends on a bar line does not touch the bar after it.
    lastBar: Math.max(barOf(first), barOf(Math.max(first, last - 1))),
    lowestPitch: within(Math.min(fromPitch, toPitch), 0, highestPitch),
    highestPitch: within(Math.max(fromPitch, toPitch), 0, highestPitch),
  };
}

/** Returns the notes of a track that a frame touches. */
export function notesIn(piece: Piece, track: number, frame: Frame): Set<PieceNote> {
  const [from, to] = [Math.min(frame.fromTick, frame.toTick), Math.max(frame.fromTick, frame.toTick)];
  const [low, high] = [Math.min(frame.fromPitch, frame.toPitch), Math.max(frame.fromPitch, frame.toPitch)];
  const notes = piece.tracks[track]?.notes ?? [];
  return new Set(
    notes.filter(
      ({ start, duration, pitch }) => start < to && start + duration > from && pitch >= low && pitch <= high,
    ),
  );
}
