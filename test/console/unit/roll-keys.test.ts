import type { Piece } from "../../../console/src/piece/piece";
import { type KeyContext, type KeyStroke, placeName, strikeKey } from "../../../console/src/stage/roll-keys";

const note = { start: 480, duration: 240, pitch: 60, velocity: 90 };
const piece: Piece = {
  tempo: 120,
  ticksPerBeat: 480,
  beatsPerBar: 4,
  bars: 2,
  tracks: [{ name: "Tune", program: 0, isDrums: false, notes: [note] }],
};
const context: KeyContext = {
  piece,
  track: 0,
  cursor: { tick: 480, pitch: 60 },
  selected: new Set(),
  isEditable: true,
};
const strike = (key: string, more: Partial<KeyStroke> = {}, where: Partial<KeyContext> = {}) =>
  strikeKey({ key, shiftKey: false, altKey: false, ...more }, { ...context, ...where });
const notesAfter = (outcome: ReturnType<typeof strikeKey>) => outcome?.edited?.piece.tracks[0]?.notes;

test.each([
  ["ArrowRight", { tick: 600, pitch: 60 }, "C 4, 1.2, 2 sixteenths long"],
  ["ArrowLeft", { tick: 360, pitch: 60 }, "C 4, 1.1.4, no note"],
  ["ArrowUp", { tick: 480, pitch: 61 }, "C sharp 4, 1.2, no note"],
  ["PageDown", { tick: 480, pitch: 48 }, "C 3, 1.2, no note"],
  ["End", { tick: 3720, pitch: 60 }, "C 4, 2.4.4, no note"],
])("%s moves the cursor, and what is there is spoken", (key, cursor, said) => {
  expect(strike(key)).toMatchObject({ cursor, said });
});

test("the cursor stays in the piece and in the pitches of MIDI", () => {
  expect(strike("ArrowLeft", {}, { cursor: { tick: 0, pitch: 60 } })?.cursor).toEqual({ tick: 0, pitch: 60 });
  expect(strike("ArrowRight", {}, { cursor: { tick: 3720, pitch: 60 } })?.cursor).toEqual({ tick: 3720, pitch: 60 });
  expect(strike("PageUp", {}, { cursor: { tick: 0, pitch: 120 } })?.cursor).toEqual({ tick: 0, pitch: 127 });
});

test("Enter removes the note under the cursor, and writes one of a beat where there is none", () => {
  expect(notesAfter(strike("Enter"))).toEqual([]);
  const written = { start: 960, duration: 480, pitch: 62, velocity: 90 };
  expect(notesAfter(strike("Enter", {}, { cursor: { tick: 960, pitch: 62 } }))).toEqual([note, written]);
});

test("Alt with arrows moves the note, Shift with arrows changes its length, Delete removes it", () => {
  expect(notesAfter(strike("ArrowDown", { altKey: true }))).toEqual([{ ...note, pitch: 59 }]);
  expect(notesAfter(strike("ArrowRight", { altKey: true }))).toEqual([{ ...note, start: 600 }]);
  expect(notesAfter(strike("ArrowLeft", { shiftKey: true }))).toEqual([{ ...note, duration: 120 }]);
  expect(notesAfter(strike("Delete"))).toEqual([]);
});

test("the full stop goes to the next note and says when there is none", () => {
  expect(strike(".", {}, { cursor: { tick: 0, pitch: 60 } })).toMatchObject({ cursor: { tick: 480, pitch: 60 } });
  expect(strike(".")).toEqual({ said: "No note after this one" });
});

test("where nothing can be edited the cursor moves, and no key changes a note", () => {
  expect(strike("ArrowUp", {}, { isEditable: false })?.cursor?.pitch).toBe(61);
  const keys = ["Enter", "Delete", "Backspace"].map((key) => strike(key, {}, { isEditable: false }));
  expect(keys).toEqual([undefined, undefined, undefined]);
  expect(strike("ArrowUp", { altKey: true }, { isEditable: false })).toBeUndefined();
});

test("a place in 6/8 is counted in beats of three eighths", () => {
  const inSixEight: Piece = { ...piece, beatsPerBar: 3, timeSignature: "6/8" };
  expect([0, 720, 840, 1440].map((tick) => placeName(inSixEight, tick))).toEqual(["1.1", "1.2", "1.2.2", "2.1"]);
});

test("of a track of drums, drums are spoken of, by the names of General MIDI", () => {
  const kit: Piece = {
    ...piece,
    tracks: [{ name: "Kit", program: 0, isDrums: true, notes: [{ ...note, pitch: 38 }] }],
  };
  expect(strike("ArrowRight", {}, { piece: kit, cursor: { tick: 360, pitch: 38 } })?.said).toBe(
    "Snare, 1.2, 2 sixteenths long",
  );
  const spoken = [35, 36, 42, 49, 60, 81, 82, 20].map(
    (pitch) => strike("ArrowRight", {}, { piece: kit, cursor: { tick: 0, pitch } })?.said.split(",")[0],
  );
  expect(spoken).toEqual([
    ...["Kick 2", "Kick", "Closed hi-hat", "Crash", "High bongo", "Open triangle", "Drum 82", "Drum 20"],
  ]);
});
