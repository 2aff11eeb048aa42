/**
 * The bytes of an uploaded Standard MIDI File, held against the standard and our limits before a parser sees them.
 *
 * midi-json-parser's core trusts its input and makes several objects of every event, so this scan comes first: it holds
 * every chunk and event against the file's own lengths and our limits, and writes the parser a plain file of only what
 * music is made of, so that memory follows the notes and not the bytes (docs/adr/0016).
 */

/** The bytes are no MIDI file that we can use; the message is the reason, for a 422. */
export class UnreadableMidiError extends Error {
  override readonly name = "UnreadableMidiError";
}

/** Bounds on an uploaded file: they keep reading under 256 MB and well under 2 s. */
export const midiLimits = { bytes: 1_048_576, tracks: 256, events: 300_000, notes: 20_000, bars: 4096 } as const;

/** @throws UnreadableMidiError */
export function unreadable(reason: string): never {
  throw new UnreadableMidiError(reason);
}

/** Reads the bytes once, front to back, never past the end of the chunk it is in. */
class ByteReader {
  constructor(
    private readonly bytes: Uint8Array,
    private offset: number,
    private readonly end: number,
    private readonly what: string,
  ) {}

  get finished(): boolean {
    return this.offset >= this.end;
  }

  peek(): number {
    return this.at(this.offset);
  }

  byte(): number {
    const value = this.at(this.offset);
    this.offset += 1;
    return value;
  }

  dataByte(): number {
    const value = this.byte();
    if (value > 127) unreadable(`${this.what} has the data byte ${value} at offset ${this.offset - 1}; at most 127`);
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
      `${this.what} has a variable-length quantity of more than four bytes at offset ${this.offset - 4}`,
    );
  }

  slice(length: number): Uint8Array {
    if (this.offset + length > this.end) unreadable(`${this.what} ends in the middle of an event`);
    const part = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return part;
  }

  private at(offset: number): number {
    const value = offset < this.end ? this.bytes[offset] : undefined;
    return value ?? unreadable(`${this.what} ends in the middle of an event`);
  }
}

const text = (bytes: Uint8Array, offset: number): string => String.fromCharCode(...bytes.subarray(offset, offset + 4));

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** Of a set-tempo event, to a thousandth. */
export const beatsPerMinute = (microsecondsPerBeat: number): number => round(60_000_000 / microsecondsPerBeat);

/** Statuses of channel messages, by their upper four bits. */
const noteOff = 0x8;
const noteOn = 0x9;
const programChange = 0xc;
const channelPressure = 0xd;

const metaText = 0x01;
const metaTrackName = 0x03;
const metaEndOfTrack = 0x2f;
const metaSetTempo = 0x51;
const metaTimeSignature = 0x58;
const longestTrackName = 100;
/** What four bytes of seven bits can say. */
const longestDelta = 0x0fff_ffff;
/** More kinds of alterations than anybody reads. */
const mostChanges = 100;

interface At<Value> {
  readonly tick: number;
  readonly value: Value;
}

const latin1 = (characters: string): number[] => Array.from(characters, (character) => character.charCodeAt(0));

const bigEndian = (value: number, bytes: 2 | 4): number[] =>
  [24, 16, 8, 0].slice(4 - bytes).map((shift) => (value >>> shift) & 0xff);

function variableLength(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(128 + (rest % 128));
  return bytes;
}

function joined(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Without its delta; of at most 127 bytes of data. */
const metaEvent = (type: number, data: readonly number[]): number[] => [0xff, type, data.length, ...data];

/** A track chunk for the parser: every event with its status, and the last one an end of track. */
class PlainChunk {
  private readonly body: number[] = [];
  private tick = 0;

  write(tick: number, event: readonly number[]): void {
    let delta = tick - this.tick;
    this.tick = tick;
    if (delta > longestDelta) {
      // Deltas of events that are left out add up: a wait that no delta can say is a text event of its ticks.
      this.body.push(0, ...metaEvent(metaText, latin1(`${delta}`)));
      delta = 0;
    }
    this.body.push(...variableLength(delta), ...event);
  }

  /** @returns the chunk's bytes; nothing can be written after */
  close(tick: number): Uint8Array<ArrayBuffer> {
    this.write(tick, metaEvent(metaEndOfTrack, []));
    return joined([latin1("MTrk"), bigEndian(this.body.length, 4), this.body]);
  }
}

/**
 * What one track chunk says, as the parser gets it: what is written is bounded by the notes that begin, however often
 * programs and names change and silent notes end.
 */
class PlainTrack {
  private readonly chunk = new PlainChunk();
  /** The ticks at which the notes of a channel and pitch began that have not ended yet. */
  private readonly sounding = new Map<number, number[]>();
  /** The last program of each channel before its first note of some length has ended: see setProgram of the NotePairs in song.ts. */
  private readonly programs = new Map<number, number>();
  private readonly settled = new Set<number>();
  private named = false;

  begin(tick: number, channel: number, pitch: number, velocity: number): void {
    const key = channel * 128 + pitch;
    const started = this.sounding.get(key);
    if (started === undefined) this.sounding.set(key, [tick]);
    else started.push(tick);
    this.chunk.write(tick, [(noteOn << 4) | channel, pitch, velocity]);
  }

  end(tick: number, channel: number, pitch: number): void {
    const startTick = this.sounding.get(channel * 128 + pitch)?.shift();
    if (startTick === undefined) return;
    if (tick > startTick) this.settleProgram(tick, channel);
    this.chunk.write(tick, [(noteOff << 4) | channel, pitch, 0]);
  }

  setProgram(channel: number, program: number): void {
    if (!this.settled.has(channel)) this.programs.set(channel, program);
  }

  /** The first name that has something to read in it. */
  setName(tick: number, data: Uint8Array): void {
    const name = this.named ? "" : plainName(data);
    if (name === "") return;
    this.named = true;
    this.chunk.write(tick, metaEvent(metaTrackName, latin1(name)));
  }

  /** Notes that still sound are left without an end. */
  close(tick: number): Uint8Array<ArrayBuffer> {
    for (const channel of this.programs.keys()) this.settleProgram(tick, channel);
    return this.chunk.close(tick);
  }

  private settleProgram(tick: number, channel: number): void {
    const program = this.programs.get(channel);
    if (program !== undefined && !this.settled.has(channel)) {
      this.chunk.write(tick, [(programChange << 4) | channel, program]);
    }
    this.settled.add(channel);
  }
}

const byTick = (one: { readonly tick: number }, other: { readonly tick: number }): number => one.tick - other.tick;

/** What the whole file says, gathered while its chunks are scanned one after the other. */
class FileScan {
  readonly changes = new Set<string>();
  /** Note-ons; those over the limit are counted, not kept. */
  noteOns = 0;
  changesTempo = false;
  private firstTempo: At<number> | undefined;
  /** Each with its first tick; those before it in the file come first where the ticks are the same. */
  private readonly timeSignatures = new Map<string, At<readonly [numerator: number, power: number]>>();
  private events = 0;

  addChange(change: string): void {
    if (this.changes.size < mostChanges) this.changes.add(change);
  }

  /** @returns the track chunk for the parser */
  scanTrack(reader: ByteReader, what: string): Uint8Array<ArrayBuffer> {
    const plain = new PlainTrack();
    let tick = 0;
    let running: number | undefined;
    let ended = false;
    while (!reader.finished && !ended) {
      this.events += 1;
      if (this.events > midiLimits.events) unreadable(`the file has more than ${midiLimits.events} events`);
      tick += reader.quantity();
      const first = reader.peek();
      if (first === 0xff) {
        reader.byte();
        const type = reader.byte();
        const data = reader.slice(reader.quantity());
        if (type === metaEndOfTrack) ended = true;
        else if (type === metaTrackName) plain.setName(tick, data);
        else if (type === metaSetTempo) this.scanTempo(tick, data, what);
        else if (type === metaTimeSignature) this.scanTimeSignature(tick, data, what);
      } else if (first === 0xf0 || first === 0xf7) {
        reader.byte();
        reader.slice(reader.quantity());
        running = undefined;
      } else if (first > 0xf0) {
        unreadable(`${what} has the system message 0x${first.toString(16)}, which cannot stand in a file`);
      } else {
        if (first >= 0x80) running = reader.byte();
        const status = running ?? unreadable(`${what} begins an event with the data byte ${first}`);
        this.scanChannelMessage(reader, plain, status, tick);
      }
    }
    if (!ended) this.addChange(`${what} has no end-of-track event`);
    return plain.close(tick);
  }

  /** @returns a track chunk of the tempo and the time signatures, from whatever tracks they came */
  conductor(): Uint8Array<ArrayBuffer> {
    const settings = [...this.timeSignatures.values()].map(({ tick, value }) => ({
      tick,
      // The usual 24 clocks a metronome's beat and 8 thirty-seconds a quarter note: nothing here asks for them.
      value: metaEvent(metaTimeSignature, [...value, 24, 8]),
    }));
    if (this.firstTempo !== undefined) {
      const { tick, value } = this.firstTempo;
      settings.push({ tick, value: metaEvent(metaSetTempo, bigEndian(value, 4).slice(1)) });
    }
    settings.sort(byTick);
    const chunk = new PlainChunk();
    for (const { tick, value } of settings) chunk.write(tick, value);
    return chunk.close(settings.at(-1)?.tick ?? 0);
  }

  private scanChannelMessage(reader: ByteReader, plain: PlainTrack, status: number, tick: number): void {
    const message = status >> 4;
    const channel = status & 0xf;
    const first = reader.dataByte();
    if (message === programChange) plain.setProgram(channel, first);
    if (message === programChange || message === channelPressure) return;
    const second = reader.dataByte();
    if (message === noteOn && second > 0) {
      this.noteOns += 1;
      if (this.noteOns <= midiLimits.notes) plain.begin(tick, channel, first, second);
    } else if (message === noteOn || message === noteOff) plain.end(tick, channel, first);
  }

  private scanTempo(tick: number, data: Uint8Array, what: string): void {
    const [high = 0, middle = 0, low = 0] = data;
    const microsecondsPerBeat = high * 65_536 + middle * 256 + low;
    if (data.length !== 3) this.addWrongLength(metaSetTempo, what);
    if (data.length !== 3 || microsecondsPerBeat === 0) return;
    const first = this.firstTempo;
    if (first !== undefined && beatsPerMinute(first.value) !== beatsPerMinute(microsecondsPerBeat)) {
      this.changesTempo = true;
    }
    if (first === undefined || tick < first.tick) this.firstTempo = { tick, value: microsecondsPerBeat };
  }

  private scanTimeSignature(tick: number, data: Uint8Array, what: string): void {
    const [numerator = 0, power = 0] = data;
    if (data.length !== 4) this.addWrongLength(metaTimeSignature, what);
    // A bar of no beats, and notes shorter than sixty-fourths as beats, are faults of the file.
    if (data.length !== 4 || numerator === 0 || power > 6) return;
    const key = `${numerator}/${power}`;
    const known = this.timeSignatures.get(key);
    if (known === undefined || tick < known.tick) this.timeSignatures.set(key, { tick, value: [numerator, power] });
  }

  private addWrongLength(type: number, what: string): void {
    this.addChange(`a meta event of type ${type} with a wrong length in ${what} was left out`);
  }
}

/** Printable Latin-1 of a track name event, the one encoding that old files have in common with ASCII. */
function plainName(data: Uint8Array): string {
  return String.fromCharCode(...data.subarray(0, longestTrackName))
    .replace(/[^\x20-\x7e\xa0-\xff]/g, "")
    .trim();
}

/** What of a file is safe to parse, and what the scan alone knows of it. */
export interface ScannedMidi {
  /** Ticks of a quarter note. */
  readonly division: number;
  readonly changesTempo: boolean;
  /** What was altered or left out. */
  readonly changes: readonly string[];
  /** A file of format 1: a track of the tempo and the time signatures, then the file's own tracks. */
  readonly plainFile: ArrayBuffer;
}

/**
 * Reads the bytes of a Standard MIDI File of format 0 or 1 once, front to back.
 * @throws UnreadableMidiError when they are no such file, or exceed {@link midiLimits}
 */
export function scanMidi(bytes: Uint8Array): ScannedMidi {
  if (bytes.length > midiLimits.bytes) unreadable(`the file has ${bytes.length} bytes; at most ${midiLimits.bytes}`);
  if (bytes.length < 14 || text(bytes, 0) !== "MThd")
    unreadable('this is not a MIDI file: it does not begin with "MThd"');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(4);
  if (headerLength < 6 || 8 + headerLength > bytes.length)
    unreadable(`the header chunk has the length ${headerLength}; it must be 6`);
  const format = view.getUint16(8);
  const trackCount = view.getUint16(10);
  const division = view.getUint16(12);
  if (format > 1) unreadable(`MIDI format ${format} is not supported; formats 0 and 1 are`);
  if (division === 0) unreadable("the division is 0 ticks a beat; it must be 1 to 32767");
  if (division >= 0x8000) unreadable("the division counts SMPTE frames; only ticks per beat are supported");
  if (trackCount === 0) unreadable("the file has no tracks");
  if (trackCount > midiLimits.tracks) unreadable(`the file has ${trackCount} tracks; at most ${midiLimits.tracks}`);

  const scan = new FileScan();
  const chunks: Uint8Array[] = [];
  let offset = 8 + headerLength;
  while (chunks.length < trackCount) {
    if (offset + 8 > bytes.length) {
      unreadable(`the file says it has ${trackCount} tracks and ends after ${chunks.length}`);
    }
    const kind = text(bytes, offset);
    const length = view.getUint32(offset + 4);
    const end = offset + 8 + length;
    if (end > bytes.length) {
      unreadable(
        `the chunk at offset ${offset} says it has ${length} bytes; only ${bytes.length - offset - 8} are left`,
      );
    }
    if (kind === "MTrk") {
      const what = `track ${chunks.length}`;
      chunks.push(scan.scanTrack(new ByteReader(bytes, offset + 8, end, what), what));
    } else {
      const named = JSON.stringify(kind.replace(/[^\x20-\x7e]/g, "?"));
      scan.addChange(`a chunk of the unknown kind ${named} was left out`);
    }
    offset = end;
  }
  if (offset < bytes.length) scan.addChange(`${bytes.length - offset} bytes after the last track were left out`);
  if (scan.noteOns === 0) unreadable("the file has no notes");
  if (scan.noteOns > midiLimits.notes) unreadable(`the file has ${scan.noteOns} notes; at most ${midiLimits.notes}`);
  const header = [1, chunks.length + 1, division].flatMap((value) => bigEndian(value, 2));
  return {
    division,
    changesTempo: scan.changesTempo,
    changes: [...scan.changes],
    plainFile: joined([latin1("MThd"), bigEndian(6, 4), header, scan.conductor(), ...chunks]).buffer,
  };
}
