/** A note as a MIDI file has it. */
export interface MidiNote {
  readonly startTick: number;
  readonly durationTicks: number;
  /** 0-127, 60 is middle C. */
  readonly pitch: number;
  /** 1-127. */
  readonly velocity: number;
}

/** The tick at which a note has ended. */
export const endTick = ({ startTick, durationTicks }: Pick<MidiNote, "startTick" | "durationTicks">): number =>
  startTick + durationTicks;

/** Ticks of a bar of four quarter notes. */
export const ticksPerBar = (ticksPerBeat: number): number => ticksPerBeat * 4;
