import fc from "fast-check";
import { endOfPiece, type Piece, type PieceNote } from "../../../console/src/piece/piece";
import {
  addNote,
  moveNotes,
  notesIn,
  pasteNotes,
  regionOf,
  removeNotes,
  stretchNotes,
} from "../../../console/src/stage/edit-piece";
import { beginHistory, canRedo, currentPiece, push, redo, showing, undo } from "../../../console/src/stage/history";

const noteOf = (start: number, pitch: number, duration = 480): PieceNote => ({ start, duration, pitch, velocity: 90 });
const pieceOf = (...notes: readonly PieceNote[]): Piece => ({
  tempo: 120,
  ticksPerBeat: 480,
  beatsPerBar: 4,
  bars: 4,
  tracks: [
    { name: "Tune", program: 0, isDrums: false, notes },
    { name: "Bass", program: 32, isDrums: false, notes: [noteOf(0, 40)] },
  ],
});
const [first, second, third] = [noteOf(0, 60), noteOf(480, 62), noteOf(960, 64)] as const;
const piece = pieceOf(first, second, third);
const chosen = (...notes: readonly PieceNote[]) => ({ track: 0, notes: new Set(notes) });
const notesOf = (edited: { readonly piece: Piece }) => edited.piece.tracks[0]?.notes;

test("a note is added in its place, and the other tracks stay the same objects", () => {
  const edited = addNote(piece, 0, noteOf(720, 70));
  expect(notesOf(edited)).toEqual([first, second, noteOf(720, 70), third]);
  expect(edited.piece.tracks[1]).toBe(piece.tracks[1]);
});

test("a note that begins inside another of its pitch cuts that one short", () => {
  expect(notesOf(addNote(piece, 0, noteOf(240, 60)))).toEqual([noteOf(0, 60, 240), noteOf(240, 60), second, third]);
});

test("notes move together, and stop together at the first tick and at the lowest pitch", () => {
  const { piece: moved } = moveNotes(piece, chosen(first, second), { ticks: -480, semitones: -100 });
  expect(moved.tracks[0]?.notes).toEqual([noteOf(0, 0), noteOf(480, 2), third]);
});

test("a stretched note is at least as long as the shortest", () => {
  expect(notesOf(stretchNotes(piece, chosen(second), -4000, 120))).toEqual([first, noteOf(480, 62, 120), third]);
});

test("a copy begins where it is put, and the piece grows by whole bars to hold it", () => {
  const { piece: longer, changed } = pasteNotes(piece, 0, [second, third], endOfPiece(piece) + 10);
  expect([...changed].map(({ start }) => start)).toEqual([7690, 8170]);
  expect(longer.bars).toBe(5);
});

test("whatever is added, moved and removed, no two notes of a pitch sound at once, and all are in order", () => {
  const notes = fc.array(
    fc.tuple(fc.nat(20), fc.integer({ min: 58, max: 64 }), fc.integer({ min: 1, max: 8 }), fc.nat(2), fc.integer()),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(notes, (edits) => {
      let current = pieceOf(first, second, third);
      for (const [step, pitch, length, kind, random] of edits) {
        const there = current.tracks[0]?.notes ?? [];
        const note = there[Math.abs(random) % Math.max(1, there.length)];
        const one = { track: 0, notes: new Set(note === undefined ? [] : [note]) };
        if (kind === 0) current = addNote(current, 0, noteOf(step * 120, pitch, length * 120)).piece;
        else if (kind === 1)
          current = moveNotes(current, one, { ticks: (step - 10) * 120, semitones: length - 4 }).piece;
        else current = removeNotes(current, one).piece;
      }
      const all = current.tracks[0]?.notes ?? [];
      for (const [index, note] of all.entries()) {
        for (const later of all.slice(index + 1)) {
          expect(later.start).toBeGreaterThanOrEqual(note.start);
          if (later.pitch === note.pitch) expect(later.start).toBeGreaterThanOrEqual(note.start + note.duration);
        }
      }
    }),
  );
});

test("a frame becomes the bars and pitches that it touches, whichever corner was first", () => {
  const frame = { fromTick: 3840, toTick: 1000, fromPitch: 70, toPitch: 62 };
  expect(regionOf(piece, frame)).toEqual({ firstBar: 1, lastBar: 2, lowestPitch: 62, highestPitch: 70 });
  expect(regionOf(piece, { fromTick: -50, toTick: 99_999, fromPitch: -3, toPitch: 200 })).toEqual({
    firstBar: 1,
    lastBar: 4,
    lowestPitch: 0,
    highestPitch: 127,
  });
});

test("a frame chooses the notes that it touches", () => {
  const frame = { fromTick: 470, toTick: 1000, fromPitch: 63, toPitch: 60 };
  expect(notesIn(piece, 0, frame)).toEqual(new Set([first, second]));
});

test("undo and redo go through the states, and an edit after undo forgets what was undone", () => {
  const states = [1, 2, 3].map((bars) => ({ ...piece, bars }));
  const [one, two, three] = states as [Piece, Piece, Piece];
  const history = [two, three].reduce(push, beginHistory(one));
  expect(currentPiece(undo(history))).toBe(two);
  expect(currentPiece(undo(undo(undo(history))))).toBe(one);
  expect(currentPiece(redo(undo(history)))).toBe(three);
  const other = push(undo(undo(history)), piece);
  expect(canRedo(other)).toBe(false);
  expect(currentPiece(undo(other))).toBe(one);
});

test("a piece of the history is shown in it, and another one begins a history of its own", () => {
  const next = { ...piece, bars: 9 };
  const history = push(beginHistory(piece), next);
  expect(showing(history, next)).toBe(history);
  expect(showing(history, piece)).toEqual({ states: [piece, next], at: 0 });
  expect(showing(history, { ...piece })).toEqual({ states: [piece], at: 0 });
});
