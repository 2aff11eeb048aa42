/** What the keys do on the roll: a cursor on the grid, by which notes are written without a mouse. */
import { barTicks, countedBeatTicks, endOfPiece, type Piece, type PieceNote, stepTicks } from "../piece/piece";
import { texts } from "../texts/en";
import { addNote, type Edited, moveNotes, noteAt, removeNotes, stretchNotes, usualVelocity } from "./edit-piece";
import { soundName } from "./pitch-names";

export interface Cursor {
  readonly tick: number;
  readonly pitch: number;
}

export interface KeyStroke {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export interface KeyContext {
  readonly piece: Piece;
  readonly track: number;
  readonly cursor: Cursor;
  readonly selected: ReadonlySet<PieceNote>;
  readonly isEditable: boolean;
}

/** What a key has done. A member that is absent stays as it was. */
export interface KeyOutcome {
  readonly cursor?: Cursor;
  readonly edited?: Edited;
  readonly selected?: ReadonlySet<PieceNote>;
  /** The pitch that is heard. */
  readonly heard?: number;
  /** What is spoken. */
  readonly said: string;
}

/** Returns a place as people count it: bar and beat from 1, and the sixteenth of the beat if it is not the first. */
export function placeName(piece: Piece, tick: number): string {
  const beat = countedBeatTicks(piece);
  const inBar = tick % barTicks(piece);
  const step = Math.floor((inBar % beat) / stepTicks(piece)) + 1;
  const place = `${Math.floor(tick / barTicks(piece)) + 1}.${Math.floor(inBar / beat) + 1}`;
  return step === 1 ? place : `${place}.${step}`;
}

const steps: Readonly<Record<string, readonly [ticks: number, semitones: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
  PageUp: [0, 12],
  PageDown: [0, -12],
};

const describe = (piece: Piece, track: number, { start, duration, pitch }: PieceNote): string => {
  const sixteenths = Math.round((duration / stepTicks(piece)) * 10) / 10;
  return texts.roll.note(soundName(piece.tracks[track], pitch), placeName(piece, start), sixteenths);
};

function moveCursor({ piece, track, cursor }: KeyContext, [right, up]: readonly [number, number]): KeyOutcome {
  const step = stepTicks(piece);
  const onGrid = Math.round(cursor.tick / step) * step;
  const tick = Math.max(0, Math.min(endOfPiece(piece) - step, onGrid + right * step));
  const pitch = Math.max(0, Math.min(127, cursor.pitch + up));
  const note = noteAt(piece, track, tick, pitch);
  const said =
    note === undefined
      ? texts.roll.place(soundName(piece.tracks[track], pitch), placeName(piece, tick))
      : describe(piece, track, note);
  return { cursor: { tick, pitch }, heard: pitch, said };
}

function goToNote({ piece, track, cursor }: KeyContext, direction: 1 | -1): KeyOutcome {
  const notes = piece.tracks[track]?.notes ?? [];
  const isBeyond = ({ start, pitch }: PieceNote): boolean =>
    direction * (start - cursor.tick || pitch - cursor.pitch) > 0;
  const note = direction === 1 ? notes.find(isBeyond) : notes.findLast(isBeyond);
  if (note === undefined) return { said: direction === 1 ? texts.roll.noNoteAfter : texts.roll.noNoteBefore };
  return {
    cursor: { tick: note.start, pitch: note.pitch },
    selected: new Set([note]),
    heard: note.pitch,
    said: describe(piece, track, note),
  };
}

/** Returns an edit of notes with the cursor on the first of them. */
function edit(edited: Edited, said: (note: PieceNote) => string): KeyOutcome {
  const [note] = edited.changed;
  if (note === undefined) return { said: texts.roll.nothingChosen };
  return {
    edited,
    selected: edited.changed,
    cursor: { tick: note.start, pitch: note.pitch },
    heard: note.pitch,
    said: said(note),
  };
}

function toggle({ piece, track, cursor: { tick, pitch } }: KeyContext): KeyOutcome {
  const there = noteAt(piece, track, tick, pitch);
  if (there === undefined) {
    const note = { start: tick, duration: countedBeatTicks(piece), pitch, velocity: usualVelocity };
    return edit(addNote(piece, track, note), (added) => texts.roll.added(describe(piece, track, added)));
  }
  const edited = removeNotes(piece, { track, notes: new Set([there]) });
  return { edited, selected: new Set(), said: texts.roll.removed(describe(piece, track, there)) };
}

/** Returns what a key does; undefined if it is none of the roll's. */
export function strikeKey({ key, shiftKey, altKey }: KeyStroke, context: KeyContext): KeyOutcome | undefined {
  const { piece, track, cursor, selected, isEditable } = context;
  if (key === ".") return goToNote(context, 1);
  if (key === ",") return goToNote(context, -1);
  const underCursor = noteAt(piece, track, cursor.tick, cursor.pitch);
  const notes = selected.size > 0 ? selected : new Set(underCursor === undefined ? [] : [underCursor]);
  const step = steps[key];
  if (step !== undefined && !shiftKey && !altKey) return { ...moveCursor(context, step), selected: new Set() };
  if (key === "Home" || key === "End") {
    const tick = key === "Home" ? 0 : endOfPiece(piece) - stepTicks(piece);
    return moveCursor({ ...context, cursor: { ...cursor, tick } }, [0, 0]);
  }
  if (!isEditable) return undefined;
  if (key === "Enter") return toggle(context);
  if (key === "Delete" || key === "Backspace") {
    if (notes.size === 0) return { said: texts.roll.nothingChosen };
    return {
      edited: removeNotes(piece, { track, notes }),
      selected: new Set(),
      said: texts.roll.removedCount(notes.size),
    };
  }
  if (step === undefined) return undefined;
  const [right, up] = step;
  if (altKey) {
    const shift = { ticks: right * stepTicks(piece), semitones: up };
    return edit(moveNotes(piece, { track, notes }, shift), (note) => texts.roll.moved(describe(piece, track, note)));
  }
  if (up !== 0) return undefined;
  const stretched = stretchNotes(piece, { track, notes }, right * stepTicks(piece), stepTicks(piece));
  return edit(stretched, (note) => texts.roll.stretched(describe(piece, track, note)));
}
