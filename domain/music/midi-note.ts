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
