import type { MidiNote } from "../../domain/music/midi-note";

/** Returns the notes without their velocities, which are those of the performance. */
export const placesOf = (notes: readonly MidiNote[] = []): Omit<MidiNote, "velocity">[] =>
  notes.map(({ startTick, durationTicks, pitch }) => ({ startTick, durationTicks, pitch }));
