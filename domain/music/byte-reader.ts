/** Reads the bytes of an uploaded MIDI file one after the other, and gives the reason if they cannot be read. */

/** The kinds of reasons for which a file is not read. They are stable: reports of many files count them. */
export const unreadableMidiCodes = [
  "NOT_MIDI",
  "DAMAGED_MIDI",
  "FILE_TOO_LARGE",
  "TOO_MANY_TRACKS",
  "TOO_MANY_EVENTS",
  "TOO_MANY_NOTES",
  "MUSIC_TOO_LONG",
  "NO_NOTES",
] as const;
export type UnreadableMidiCode = (typeof unreadableMidiCodes)[number];

/**
 * The error for bytes that are no MIDI file that we can use. The message is the reason, for a response with status 422.
 */
export class UnreadableMidiError extends Error {
  override readonly name = "UnreadableMidiError";
  constructor(
    readonly code: UnreadableMidiCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The limits for an uploaded file. They keep reading under 256 MB of memory and well under 2 s.
 *
 * A long wait is one of more than 268,435,455 ticks, which no delta can express. At the finest division this is 2,048
 * bars of 4/4, so that 256 tracks of 4,096 bars have 512 such waits.
 */
export const midiLimits = {
  bytes: 1_048_576,
  tracks: 256,
  events: 300_000,
  notes: 20_000,
  bars: 4096,
  longWaits: 4096,
} as const;

/** The number of notes of a file of a data set. Reading it takes half a second of a core and 110 MB. */
export const maxNotesOfDataSetFile = 60_000;

/** The longest time between two events, in ticks, that a MIDI file can express: four bytes of seven bits. */
export const maxDelta = 0x0fff_ffff;

/**
 * Refuses the file.
 * @throws UnreadableMidiError with the reason
 */
export function unreadable(code: UnreadableMidiCode, reason: string): never {
  throw new UnreadableMidiError(code, reason);
}

/**
 * Refuses music that is longer than the limit.
 * @throws UnreadableMidiError
 */
export function refuseTooManyBars(): never {
  unreadable("MUSIC_TOO_LONG", `the music is more than ${midiLimits.bars} bars long`);
}

/** The error for a chunk or a file that ends in the middle of an event. What came before that event can be used. */
export class EventCutOff extends Error {
  override readonly name = "EventCutOff";
}

const firstRealTime = 0xf8;
const metaEventStatus = 0xff;

/** Reads the bytes once, front to back, never past `end`. */
export class ByteReader {
  constructor(
    private readonly bytes: Uint8Array,
    private position: number,
    private readonly end: number,
    /** The part of the file that is read, as errors name it: "track 3". */
    private readonly label: string,
  ) {}

  /** The position of the next byte, counted from the beginning of the file. */
  get offset(): number {
    return this.position;
  }

  get finished(): boolean {
    return this.position >= this.end;
  }

  /**
   * Returns the next byte without going on to the one after it.
   * @throws EventCutOff at the end
   */
  peek(): number {
    const value = this.position < this.end ? this.bytes[this.position] : undefined;
    if (value === undefined) throw new EventCutOff(`${this.label} ends in the middle of an event`);
    return value;
  }

  byte(): number {
    const value = this.peek();
    this.position += 1;
    return value;
  }

  /**
   * Returns the next data byte. Recorders write real-time messages (clock, active sensing) as they come, also between
   * the bytes of another message, so those are skipped.
   */
  dataByte(): number {
    let value = this.byte();
    while (value >= firstRealTime && value !== metaEventStatus) value = this.byte();
    if (value > 127)
      unreadable(
        "DAMAGED_MIDI",
        `${this.label} has the data byte ${value} at offset ${this.position - 1}; a data byte is at most 127`,
      );
    return value;
  }

  /** Reads a variable-length quantity, which has at most four bytes by the standard. */
  quantity(): number {
    let value = 0;
    for (let count = 0; count < 4; count += 1) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if (byte < 128) return value;
    }
    return unreadable(
      "DAMAGED_MIDI",
      `${this.label} has a variable-length quantity of more than four bytes at offset ${this.position - 4}`,
    );
  }

  slice(length: number): Uint8Array {
    if (this.position + length > this.end) throw new EventCutOff(`${this.label} ends in the middle of an event`);
    const part = this.bytes.subarray(this.position, this.position + length);
    this.position += length;
    return part;
  }
}
