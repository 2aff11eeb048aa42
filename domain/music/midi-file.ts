/**
 * Standard MIDI files in, notes out (The Complete MIDI 1.0 Detailed Specification, "Standard MIDI Files 1.0").
 *
 * Uploads are hostile until read: every chunk and event is held against the file's own lengths and our limits, and only
 * what music is made of is kept, so that memory follows the notes and not the bytes. docs/adr/0016 says why no library
 * reads them.
 */

export interface MidiNote {
  readonly startTick: number;
  readonly durationTicks: number;
  /** 0-127, 60 is middle C. */
  readonly pitch: number;
  /** 1-127. */
  readonly velocity: number;
}

export interface MidiTrack {
  /** Index of the track chunk; further channels of one chunk are numbered after the last chunk. */
  readonly index: number;
  readonly name: string;
  /** General MIDI program, 0-127. */
  readonly program: number;
  readonly isDrums: boolean;
  /** By start, then pitch. */
  readonly notes: readonly MidiNote[];
}

export interface TimeSignature {
  readonly numerator: number;
  readonly denominator: number;
}

export interface Song {
  readonly ticksPerBeat: number;
  /** Beats (quarter notes) a minute, of the first tempo event; 120 where there is none, as the standard says. */
  readonly tempo: number;
  /** The first one; 4/4 where there is none. */
  readonly timeSignature: TimeSignature;
  /** Every time signature of the file, in order, each once. */
  readonly timeSignatures: readonly TimeSignature[];
  /** Bars of the first time signature until the last note has ended. */
  readonly bars: number;
  /** Only tracks with notes. */
  readonly tracks: readonly MidiTrack[];
  /** What was altered or left out while reading, in words for the person who uploaded the file. */
  readonly changes: readonly string[];
}

/** The bytes are no MIDI file that we can use; the message is the reason, for a 422. */
export class UnreadableMidiError extends Error {
  override readonly name = "UnreadableMidiError";
}

/** Bounds on an uploaded file: they keep reading under 256 MB and well under 2 s. */
export const midiLimits = { bytes: 1_048_576, tracks: 256, events: 300_000, notes: 20_000, bars: 4096 } as const;

const drumChannel = 9;
const defaultTempo = 120;

function unreadable(reason: string): never {
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

/** Statuses of channel messages, by their upper four bits. */
const noteOff = 0x8;
const noteOn = 0x9;
const programChange = 0xc;
const channelPressure = 0xd;

const metaTrackName = 0x03;
const metaEndOfTrack = 0x2f;
const metaSetTempo = 0x51;
const metaTimeSignature = 0x58;
const longestTrackName = 100;
/** More kinds of alterations than anybody reads. */
const mostChanges = 100;

interface ChannelNotes {
  program: number;
  readonly notes: MidiNote[];
}

/** One track chunk. */
interface ReadTrack {
  readonly name: string;
  readonly channels: ReadonlyMap<number, ChannelNotes>;
}

interface At<Value> {
  readonly tick: number;
  readonly value: Value;
}

/** Notes of one chunk as they begin and end: the oldest sounding note of a pitch ends first. */
class NotePairs {
  readonly channels = new Map<number, ChannelNotes>();
  empty = 0;
  private readonly sounding = new Map<number, { startTick: number; velocity: number }[]>();

  begin(tick: number, channel: number, pitch: number, velocity: number): void {
    const key = channel * 128 + pitch;
    const started = this.sounding.get(key);
    if (started === undefined) this.sounding.set(key, [{ startTick: tick, velocity }]);
    else started.push({ startTick: tick, velocity });
  }

  end(tick: number, channel: number, pitch: number): void {
    const started = this.sounding.get(channel * 128 + pitch)?.shift();
    if (started === undefined) return;
    const { startTick, velocity } = started;
    if (tick > startTick) {
      this.ofChannel(channel).notes.push({ startTick, durationTicks: tick - startTick, pitch, velocity });
    } else this.empty += 1;
  }

  /** Later changes are ignored: one track, one instrument. */
  setProgram(channel: number, program: number): void {
    const known = this.ofChannel(channel);
    if (known.notes.length === 0) known.program = program;
  }

  /** @returns how many notes had no end of their own */
  endAll(tick: number): number {
    let count = 0;
    for (const [key, started] of this.sounding) {
      while (started.length > 0) {
        this.end(tick, Math.floor(key / 128), key % 128);
        count += 1;
      }
    }
    return count;
  }

  private ofChannel(channel: number): ChannelNotes {
    const known = this.channels.get(channel) ?? { program: 0, notes: [] };
    this.channels.set(channel, known);
    return known;
  }
}

/** What the whole file says, gathered while its chunks are read one after the other. */
class FileReading {
  readonly changes = new Set<string>();
  /** Note-ons; those over the limit are counted, not kept. */
  noteOns = 0;
  unended = 0;
  empty = 0;
  firstTempo: At<number> | undefined;
  changesTempo = false;
  /** Each with its first tick. */
  readonly timeSignatures = new Map<string, At<TimeSignature>>();
  private events = 0;

  addChange(change: string): void {
    if (this.changes.size < mostChanges) this.changes.add(change);
  }

  readTrack(reader: ByteReader, what: string): ReadTrack {
    const pairs = new NotePairs();
    let name = "";
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
        else if (type === metaTrackName && name === "") name = plainName(data);
        else if (type === metaSetTempo) this.readTempo(tick, data, what);
        else if (type === metaTimeSignature) this.readTimeSignature(tick, data, what);
      } else if (first === 0xf0 || first === 0xf7) {
        reader.byte();
        reader.slice(reader.quantity());
        running = undefined;
      } else if (first > 0xf0) {
        unreadable(`${what} has the system message 0x${first.toString(16)}, which cannot stand in a file`);
      } else {
        if (first >= 0x80) running = reader.byte();
        const status = running ?? unreadable(`${what} begins an event with the data byte ${first}`);
        this.readChannelMessage(reader, pairs, status, tick);
      }
    }
    if (!ended) this.addChange(`${what} has no end-of-track event`);
    this.unended += pairs.endAll(tick);
    this.empty += pairs.empty;
    return { name, channels: pairs.channels };
  }

  private readChannelMessage(reader: ByteReader, pairs: NotePairs, status: number, tick: number): void {
    const message = status >> 4;
    const channel = status & 0xf;
    const first = reader.dataByte();
    if (message === programChange) pairs.setProgram(channel, first);
    if (message === programChange || message === channelPressure) return;
    const second = reader.dataByte();
    if (message === noteOn && second > 0) {
      this.noteOns += 1;
      if (this.noteOns <= midiLimits.notes) pairs.begin(tick, channel, first, second);
    } else if (message === noteOn || message === noteOff) pairs.end(tick, channel, first);
  }

  private readTempo(tick: number, data: Uint8Array, what: string): void {
    const [high = 0, middle = 0, low = 0] = data;
    const microsecondsPerBeat = high * 65_536 + middle * 256 + low;
    if (data.length !== 3) this.addWrongLength(metaSetTempo, what);
    if (data.length !== 3 || microsecondsPerBeat === 0) return;
    const tempo = { tick, value: round(60_000_000 / microsecondsPerBeat) };
    if (this.firstTempo !== undefined && this.firstTempo.value !== tempo.value) this.changesTempo = true;
    if (this.firstTempo === undefined || tick < this.firstTempo.tick) this.firstTempo = tempo;
  }

  private readTimeSignature(tick: number, data: Uint8Array, what: string): void {
    const [numerator = 0, power = 0] = data;
    if (data.length !== 4) this.addWrongLength(metaTimeSignature, what);
    // A bar of no beats, and notes shorter than sixty-fourths as beats, are faults of the file.
    if (data.length !== 4 || numerator === 0 || power > 6) return;
    const value = { numerator, denominator: 2 ** power };
    const key = `${value.numerator}/${value.denominator}`;
    const known = this.timeSignatures.get(key);
    if (known === undefined || tick < known.tick) this.timeSignatures.set(key, { tick, value });
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

interface ReadFile {
  readonly division: number;
  readonly tracks: readonly ReadTrack[];
  readonly reading: FileReading;
}

function readFile(bytes: Uint8Array): ReadFile {
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

  const reading = new FileReading();
  const tracks: ReadTrack[] = [];
  let offset = 8 + headerLength;
  while (tracks.length < trackCount) {
    if (offset + 8 > bytes.length) {
      unreadable(`the file says it has ${trackCount} tracks and ends after ${tracks.length}`);
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
      const what = `track ${tracks.length}`;
      tracks.push(reading.readTrack(new ByteReader(bytes, offset + 8, end, what), what));
    } else {
      const named = JSON.stringify(kind.replace(/[^\x20-\x7e]/g, "?"));
      reading.addChange(`a chunk of the unknown kind ${named} was left out`);
    }
    offset = end;
  }
  if (offset < bytes.length) reading.addChange(`${bytes.length - offset} bytes after the last track were left out`);
  return { division, tracks, reading };
}

const byTick = (one: { readonly tick: number }, other: { readonly tick: number }): number => one.tick - other.tick;

const byStart = (one: MidiNote, other: MidiNote): number => one.startTick - other.startTick || one.pitch - other.pitch;

/** Ticks of a bar of this time signature. */
export function ticksPerBar(ticksPerBeat: number, { numerator, denominator }: TimeSignature): number {
  return (ticksPerBeat * 4 * numerator) / denominator;
}

/**
 * Reads a Standard MIDI File of format 0 or 1.
 * @throws UnreadableMidiError when the bytes are no such file, or exceed {@link midiLimits}; the message says why.
 */
export function parseMidi(bytes: Uint8Array): Song {
  const { division, tracks: read, reading } = readFile(bytes);
  if (reading.noteOns === 0) unreadable("the file has no notes");
  if (reading.noteOns > midiLimits.notes) {
    unreadable(`the file has ${reading.noteOns} notes; at most ${midiLimits.notes}`);
  }
  const changes = [...reading.changes];

  const tracks: MidiTrack[] = [];
  let nextIndex = read.length;
  read.forEach(({ name, channels }, chunk) => {
    const sounding = [...channels].filter(([, { notes }]) => notes.length > 0).sort(([one], [other]) => one - other);
    sounding.forEach(([channel, { program, notes }], position) => {
      const index = position === 0 ? chunk : nextIndex++;
      tracks.push({
        index,
        name: name === "" ? `Track ${index + 1}` : position === 0 ? name : `${name} (channel ${channel + 1})`,
        program,
        isDrums: channel === drumChannel,
        notes: notes.sort(byStart),
      });
    });
  });
  tracks.sort((one, other) => one.index - other.index);
  if (tracks.length === 0) unreadable("no note of the file lasts any time");

  if (reading.unended > 0) changes.push(`${reading.unended} notes without an end were ended with their track`);
  if (reading.empty > 0) changes.push(`${reading.empty} notes of no length were left out`);
  const tempo = reading.firstTempo?.value ?? defaultTempo;
  if (reading.changesTempo) {
    changes.push(`the file changes its tempo; the first one, ${tempo} beats a minute, is used throughout`);
  }
  const signatures = [...reading.timeSignatures.values()].sort(byTick).map(({ value }) => value);
  const timeSignature = signatures[0] ?? { numerator: 4, denominator: 4 };
  const lastTick = Math.max(...tracks.map(({ notes }) => Math.max(...notes.map(endTick))));
  const bars = Math.ceil(lastTick / ticksPerBar(division, timeSignature));
  if (bars > midiLimits.bars) unreadable(`the music is ${bars} bars long; at most ${midiLimits.bars}`);
  return {
    ticksPerBeat: division,
    tempo,
    timeSignature,
    timeSignatures: signatures.length > 0 ? signatures : [timeSignature],
    bars,
    tracks,
    changes,
  };
}

/** The tick at which a note has ended. */
export const endTick = ({ startTick, durationTicks }: MidiNote): number => startTick + durationTicks;
