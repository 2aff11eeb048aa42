/**
 * Counts the parts of a file that its melody does not have, while the file is read, to tell the person who uploaded it.
 */

/** Kinds of events that are counted for each channel of a track. */
export const channelKinds = [
  "unended",
  "retriggered",
  "doubled",
  "empty",
  "pedal",
  "pitchBend",
  "controller",
  "aftertouch",
  "program",
] as const;
export type ChannelKind = (typeof channelKinds)[number];

/** Kinds of events that are counted for the whole file. */
export const fileKinds = [
  "impossibleTempo",
  "impossibleTimeSignature",
  "key",
  "lyrics",
  "systemExclusive",
  "realTime",
] as const;
export type FileKind = (typeof fileKinds)[number];

export interface Occurrence {
  readonly count: number;
  /** The tick of the first occurrence. */
  readonly tick: number;
}

/** Counts how often each kind occurs, and remembers the tick of the first. */
export class Tally<Kind extends string> {
  private readonly occurrences = new Map<Kind, { count: number; tick: number }>();

  add(kind: Kind, tick: number): void {
    const known = this.occurrences.get(kind);
    if (known === undefined) this.occurrences.set(kind, { count: 1, tick });
    else {
      known.count += 1;
      known.tick = Math.min(known.tick, tick);
    }
  }

  get(kind: Kind): Occurrence | undefined {
    return this.occurrences.get(kind);
  }
}

const things: Readonly<Record<ChannelKind | FileKind, readonly [one: string, many: string, what: string]>> = {
  unended: ["note without an end", "notes without an end", "ended with the track"],
  retriggered: ["note that still sounded", "notes that still sounded", "ended where the same pitch begins again"],
  doubled: ["note that begins twice at once", "notes that begin twice at once", "read as one"],
  empty: ["note of no length", "notes of no length", "left out"],
  pedal: ["pedal event", "pedal events", "left out"],
  pitchBend: ["pitch bend event", "pitch bend events", "left out"],
  controller: ["controller event", "controller events", "left out"],
  aftertouch: ["aftertouch event", "aftertouch events", "left out"],
  program: ["later change of the instrument", "later changes of the instrument", "left out: the first one is used"],
  impossibleTempo: ["tempo of 0 microseconds a beat", "tempos of 0 microseconds a beat", "left out"],
  impossibleTimeSignature: [
    "impossible time signature (no beats, or beats shorter than a 64th)",
    "impossible time signatures (no beats, or beats shorter than a 64th)",
    "left out",
  ],
  key: ["change of the key signature", "changes of the key signature", "left out"],
  lyrics: ["lyric or other text", "lyrics and other texts", "left out"],
  systemExclusive: ["message for certain devices (SysEx)", "messages for certain devices (SysEx)", "left out"],
  realTime: ["system message (clock, active sensing)", "system messages (clock, active sensing)", "left out"],
};

/** Returns a sentence for each kind that occurs. */
export function occurrencesInWords<Kind extends ChannelKind | FileKind>(
  tally: Tally<Kind>,
  kinds: readonly Kind[],
  barOf: (tick: number) => number,
): string[] {
  return kinds.flatMap((kind) => {
    const occurrence = tally.get(kind);
    if (occurrence === undefined) return [];
    const { count, tick } = occurrence;
    const [one, many, what] = things[kind];
    const place = count === 1 ? `in bar ${barOf(tick)}` : `from bar ${barOf(tick)} on`;
    return [`${count} ${count === 1 ? one : many} ${place}: ${what}`];
  });
}
