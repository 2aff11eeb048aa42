/** Bytes of an uploaded MIDI file, one after the other, and what to say where they cannot be read. */

/** The bytes are no MIDI file that we can use; the message is the reason, for a 422. */
export class UnreadableMidiError extends Error {
  override readonly name = "UnreadableMidiError";
}

/**
 * Bounds on an uploaded file: they keep reading under 256 MB and well under 2 s.
 *
 * A long wait is over 268,435,455 ticks, which no delta can say. At the finest division those are 2,048 bars of 4/4, so that
 * 256 tracks of 4,096 bars have 512 of them.
 */
export const midiLimits = {
  bytes: 1_048_576,
  tracks: 256,
  events: 300_000,
  notes: 20_000,
  bars: 4096,
  longWaits: 4096,
} as const;

/** What a delta can say: four bytes of seven bits. */
export const maxDelta = 0x0fff_ffff;

/** @throws UnreadableMidiError */
export function unreadable(reason: string): never {
  throw new UnreadableMidiError(reason);
}

/** @throws UnreadableMidiError */
export function refuseTooManyBars(): never {
  unreadable(`the music is more than ${midiLimits.bars} bars long`);
}

/** The chunk or the file ends in the middle of an event: what came before it can be used. */
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
    private readonly what: string,
  ) {}

  /** From the beginning of the file. */
  get offset(): number {
    return this.position;
  }

  get finished(): boolean {
    return this.position >= this.end;
  }

  /** @throws EventCutOff at the end */
  peek(): number {
    const value = this.position < this.end ? this.bytes[this.position] : undefined;
    if (value === undefined) throw new EventCutOff(`${this.what} ends in the middle of an event`);
    return value;
  }

  byte(): number {
    const value = this.peek();
    this.position += 1;
    return value;
  }

  /** Recorders write real-time messages (clock, active sensing) as they come: also between the bytes of another message. */
  dataByte(): number {
    let value = this.byte();
    while (value >= firstRealTime && value !== metaEventStatus) value = this.byte();
    if (value > 127)
      unreadable(`${this.what} has the data byte ${value} at offset ${this.position - 1}; a data byte is at most 127`);
    return value;
  }

  /** A variable-length quantity: at most four bytes, by the standard. */
  quantity(): number {
    let value = 0;
    for (let count = 0; count < 4; count += 1) {
      const byte = this.byte();
      value = value * 128 + (byte & 0x7f);
      if (byte < 128) return value;
    }
    return unreadable(
      `${this.what} has a variable-length quantity of more than four bytes at offset ${this.position - 4}`,
    );
  }

  slice(length: number): Uint8Array {
    if (this.position + length > this.end) throw new EventCutOff(`${this.what} ends in the middle of an event`);
    const part = this.bytes.subarray(this.position, this.position + length);
    this.position += length;
    return part;
  }
}
