import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as z from "zod";
import { PackedNotesError, packNotes, unpackNotes } from "../../../domain/datasets/packed-notes";

const noteSchema = z.tuple([z.int(), z.int(), z.int(), z.int()]);
const { cases } = z
  .object({
    cases: z.array(
      z.object({
        name: z.string(),
        text: z.string(),
        steps: z.int(),
        notes: z.array(noteSchema).optional(),
        error: z.string().optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(__dirname, "../../../contracts/cases/packed-notes.json"), "utf8")));

const note = fc.record({
  onset: fc.integer({ min: 0, max: 65_535 }),
  duration: fc.integer({ min: 1, max: 65_535 }),
  pitch: fc.integer({ min: 0, max: 127 }),
  velocity: fc.integer({ min: 1, max: 127 }),
});

test.each(cases)("the contract's case: $name", ({ text, steps, notes, error }) => {
  if (notes === undefined) {
    expect(() => unpackNotes(text, steps)).toThrow(new PackedNotesError(error));
    return;
  }
  const read = notes.map(([onset, duration, pitch, velocity]) => ({ onset, duration, pitch, velocity }));
  expect(unpackNotes(text, steps)).toEqual(read);
  expect(packNotes(read)).toBe(text);
});

test("notes come back in their order, and equal music has equal text", () => {
  fc.assert(
    fc.property(fc.array(note, { maxLength: 40 }), (notes) => {
      const text = packNotes(notes);
      expect(text).toHaveLength(8 * notes.length);
      const read = unpackNotes(text, 65_536);
      expect(read).toHaveLength(notes.length);
      expect(read).toEqual(expect.arrayContaining(notes));
      expect(read.map(({ onset }) => onset)).toEqual(notes.map(({ onset }) => onset).sort((a, b) => a - b));
      expect(packNotes([...read].reverse())).toBe(text);
    }),
  );
});

test("any other text is refused, or gives notes of the piece", () => {
  const text = fc.string({ unit: fc.constantFrom("A", "B", "+", "/", "z", "=", "\n"), maxLength: 24 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 64 }), (packed, steps) => {
      try {
        const notes = unpackNotes(packed, steps);
        expect(notes.every(({ onset, duration }) => onset < steps && duration >= 1)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(PackedNotesError);
      }
    }),
  );
});

test.each([
  [{ onset: 65_536, duration: 1, pitch: 60, velocity: 80 }, "the onset 65536, which must be 0 to 65535"],
  [{ onset: 0, duration: 0, pitch: 60, velocity: 80 }, "the duration 0, which must be 1 to 65535"],
  [{ onset: 0.5, duration: 1, pitch: 60, velocity: 80 }, "the onset 0.5, which must be 0 to 65535"],
  [{ onset: 0, duration: 1, pitch: 128, velocity: 80 }, "the pitch 128, which must be 0 to 127"],
])("a note that no bytes hold is refused: %j", (broken, message) => {
  expect(() => packNotes([broken])).toThrow(message);
});
