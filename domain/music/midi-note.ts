/** A note in ticks, as it stands in a MIDI file. */
export interface MidiNote {
  readonly startTick: number;
  readonly durationTicks: number;
  /** MIDI pitch, 0-127; 60 is middle C. */
  readonly pitch: number;
  /** Loudness, 1-127. */
  readonly velocity: number;
}

/** Returns the tick at which a note has ended. */
export const endTick = ({ startTick, durationTicks }: Pick<MidiNote, "startTick" | "durationTicks">): number =>
  startTick + durationTicks;

/** The shortest note, in ticks. Of a shorter one, a file would tell the end before the beginning. */
export const shortestNote = 1;

/** Returns a note's length in ticks, of which there is at least one. */
export const lastingTicks = (ticks: number): number => Math.max(shortestNote, ticks);
