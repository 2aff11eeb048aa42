/**
 * The notes of one voice of a data set's piece as one text: the base64 of four columns after each other. The columns
 * are, little-endian, the steps from the onset of the note before (two bytes), the duration in steps (two bytes), the
 * pitch and the velocity (a byte each). `opencomposer_training/packed_notes.py` does the same in Python, and
 * contracts/cases/packed-notes.json holds both to it.
 */
import type { ModelNote } from "../music/melody";

const bytesPerNote = 6;
/** The longest piece: its onsets, and the steps between two of them, fit into two bytes. */
const maxSteps = 65_536;
const maxPitch = 127;

/** A text that holds no notes of the piece. The message completes a sentence that begins with the place. */
export class PackedNotesError extends Error {
  override readonly name = "PackedNotesError";
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const rangesOf = (steps: number) =>
  ({
    onset: { min: 0, max: steps - 1 },
    duration: { min: 1, max: maxSteps - 1 },
    pitch: { min: 0, max: maxPitch },
    velocity: { min: 1, max: maxPitch },
  }) as const satisfies Record<keyof ModelNote, Range>;

/** Throws for the first column, in the order of the ranges, with a number out of its range. */
function checkNotes(notes: readonly ModelNote[], steps: number): void {
  for (const [name, { min, max }] of Object.entries(rangesOf(steps))) {
    notes.forEach((note, index) => {
      const value = note[name as keyof ModelNote];
      if (Number.isInteger(value) && value >= min && value <= max) return;
      throw new PackedNotesError(`has note ${index} with the ${name} ${value}, which must be ${min} to ${max}`);
    });
  }
}

/**
 * Returns notes as one text, ordered by onset, pitch and duration, so that equal music has equal text.
 * @throws PackedNotesError for a note that two bytes, or MIDI, cannot hold
 */
export function packNotes(notes: readonly ModelNote[]): string {
  checkNotes(notes, maxSteps);
  const ordered = [...notes].sort(
    (a, b) => a.onset - b.onset || a.pitch - b.pitch || a.duration - b.duration || a.velocity - b.velocity,
  );
  const view = new DataView(new ArrayBuffer(bytesPerNote * ordered.length));
  const count = ordered.length;
  let before = 0;
  ordered.forEach(({ onset, duration, pitch, velocity }, index) => {
    view.setUint16(2 * index, onset - before, true);
    view.setUint16(2 * (count + index), duration, true);
    view.setUint8(4 * count + index, pitch);
    view.setUint8(5 * count + index, velocity);
    before = onset;
  });
  return btoa(Array.from(new Uint8Array(view.buffer), (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Returns the notes of a text, each of which begins within a piece of `steps` steps.
 * @throws PackedNotesError
 */
export function unpackNotes(text: string, steps: number): ModelNote[] {
  // atob would pass over white space and take a text that lacks its filling.
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) {
    throw new PackedNotesError("is not base64");
  }
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  if (bytes.length % bytesPerNote !== 0) {
    throw new PackedNotesError(`has ${bytes.length} bytes, which is no multiple of the ${bytesPerNote} of a note`);
  }
  const count = bytes.length / bytesPerNote;
  const view = new DataView(bytes.buffer);
  let onset = 0;
  const notes = Array.from({ length: count }, (_, index): ModelNote => {
    onset += view.getUint16(2 * index, true);
    return {
      onset,
      duration: view.getUint16(2 * (count + index), true),
      pitch: view.getUint8(4 * count + index),
      velocity: view.getUint8(5 * count + index),
    };
  });
  checkNotes(notes, steps);
  return notes;
}
