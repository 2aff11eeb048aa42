/** Writes, event by event, the MIDI file of one track that midi-json-parser's core reads. */
import { maxDelta, refuseTooManyBars } from "./byte-reader";

const ascii = (characters: string): number[] => Array.from(characters, (character) => character.charCodeAt(0));

/** The bytes of {@link maxDelta}, and of an empty text event behind it. */
const maxWait = [0xff, 0xff, 0xff, 0x7f, 0xff, 0x01, 0x00];

/** Offsets of the division in the header, of the track chunk's length, and of the chunk's first event. */
const divisionOffset = 12;
const lengthOffset = 18;
const bodyOffset = 22;

/** A Standard MIDI File of format 1 with one track. Its bytes are kept in one buffer, which doubles when it is full. */
export class PlainTrack {
  private bytes = new Uint8Array(128);
  private length = 0;
  private tick = 0;
  private waits = 0;

  /**
   * @param division - ticks of a quarter note
   * @param lastTick - the tick at which the longest allowed music ends
   */
  constructor(
    division: number,
    private readonly lastTick: number,
  ) {
    this.push([...ascii("MThd"), 0, 0, 0, 6, 0, 1, 0, 1, 0, 0, ...ascii("MTrk"), 0, 0, 0, 0]);
    new DataView(this.bytes.buffer).setUint16(divisionOffset, division);
  }

  /** The tick of the event that was written last. */
  get lastWritten(): number {
    return this.tick;
  }

  /** Number of additional deltas that were written because a wait was longer than one delta can express. */
  get longWaits(): number {
    return this.waits;
  }

  /**
   * Writes one event.
   * @throws UnreadableMidiError when the tick lies behind the last one that is allowed
   */
  write(tick: number, event: readonly number[]): void {
    if (tick > this.lastTick) refuseTooManyBars();
    let delta = tick - this.tick;
    // Deltas of events that are left out add up. A wait that is too long for one delta is written as several.
    for (; delta > maxDelta; delta -= maxDelta) {
      this.push(maxWait);
      this.waits += 1;
    }
    for (let shift = 21; shift > 0; shift -= 7) {
      if (delta >> shift > 0) this.pushByte(0x80 | ((delta >> shift) & 0x7f));
    }
    this.pushByte(delta & 0x7f);
    this.push(event);
    this.tick = tick;
  }

  /** Returns the whole file. */
  file(): ArrayBuffer {
    const { buffer } = this.bytes.slice(0, this.length);
    new DataView(buffer).setUint32(lengthOffset, this.length - bodyOffset);
    return buffer;
  }

  private push(values: readonly number[]): void {
    for (const value of values) this.pushByte(value);
  }

  private pushByte(value: number): void {
    if (this.length === this.bytes.length) {
      const full = this.bytes;
      this.bytes = new Uint8Array(full.length * 2);
      this.bytes.set(full);
    }
    this.bytes[this.length] = value;
    this.length += 1;
  }
}
