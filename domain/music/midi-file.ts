/**
 * Standard MIDI files in, notes out (The Complete MIDI 1.0 Detailed Specification, "Standard MIDI Files 1.0").
 *
 * midi-json-parser's core reads the music (the package's public entry needs a browser's Worker). It trusts its input and
 * makes several objects of every event, so a scan of the bytes comes first: it holds every chunk and event against the
 * file's own lengths and our limits, and writes the parser a plain file of only what music is made of, so that memory
 * follows the notes and not the bytes (docs/adr/0016).
 */
import type {
  IMidiEndOfTrackEvent,
  IMidiNoteOffEvent,
  IMidiNoteOnEvent,
  IMidiProgramChangeEvent,
  IMidiSetTempoEvent,
  IMidiTextEvent,
  IMidiTimeSignatureEvent,
  IMidiTrackNameEvent,
} from "midi-json-parser-worker";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";

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

const beatsPerMinute = (microsecondsPerBeat: number): number => round(60_000_000 / microsecondsPerBeat);

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
  /** The last program of each channel before its first note of some length has ended: see NotePairs.setProgram. */
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

interface ScannedFile {
  readonly scan: FileScan;
  readonly division: number;
  /** Per track, for the parser. */
  readonly chunks: readonly Uint8Array[];
}

/** The file's own tracks behind one of the tempo and the time signatures, as format 1 wants them. */
function plainMidi({ scan, division, chunks }: ScannedFile): ArrayBuffer {
  const header = [1, chunks.length + 1, division].flatMap((value) => bigEndian(value, 2));
  return joined([latin1("MThd"), bigEndian(6, 4), header, scan.conductor(), ...chunks]).buffer;
}

function scanFile(bytes: Uint8Array): ScannedFile {
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
  return { scan, division, chunks };
}

type MidiJsonEvent = ReturnType<typeof parseArrayBuffer>["tracks"][number][number];

// The parser's event types carry an index signature, so that `in` alone narrows nothing.
const isNoteOn = (event: MidiJsonEvent): event is IMidiNoteOnEvent => "noteOn" in event;
const isNoteOff = (event: MidiJsonEvent): event is IMidiNoteOffEvent => "noteOff" in event;
const isProgramChange = (event: MidiJsonEvent): event is IMidiProgramChangeEvent => "programChange" in event;
const isText = (event: MidiJsonEvent): event is IMidiTextEvent => "text" in event;
const isTrackName = (event: MidiJsonEvent): event is IMidiTrackNameEvent => "trackName" in event;
const isSetTempo = (event: MidiJsonEvent): event is IMidiSetTempoEvent => "setTempo" in event;
const isTimeSignature = (event: MidiJsonEvent): event is IMidiTimeSignatureEvent => "timeSignature" in event;
const isEndOfTrack = (event: MidiJsonEvent): event is IMidiEndOfTrackEvent => "endOfTrack" in event;

interface ChannelNotes {
  program: number;
  readonly notes: MidiNote[];
}

/** One track chunk. */
interface ReadTrack {
  readonly name: string;
  readonly channels: ReadonlyMap<number, ChannelNotes>;
  readonly unended: number;
  readonly empty: number;
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

function readTrack(events: readonly MidiJsonEvent[]): ReadTrack {
  const pairs = new NotePairs();
  let name = "";
  let unended = 0;
  let tick = 0;
  for (const event of events) {
    tick += event.delta;
    if (isNoteOn(event)) pairs.begin(tick, event.channel, event.noteOn.noteNumber, event.noteOn.velocity);
    else if (isNoteOff(event)) pairs.end(tick, event.channel, event.noteOff.noteNumber);
    else if (isProgramChange(event)) pairs.setProgram(event.channel, event.programChange.programNumber);
    else if (isTrackName(event)) name = event.trackName;
    else if (isText(event)) tick += Number(event.text);
    else if (isEndOfTrack(event)) unended = pairs.endAll(tick);
  }
  return { name, channels: pairs.channels, unended, empty: pairs.empty };
}

interface Conductor {
  readonly tempo: number;
  readonly timeSignatures: readonly TimeSignature[];
}

/** The track of {@link FileScan.conductor}: it has them in order. */
function readConductor(events: readonly MidiJsonEvent[]): Conductor {
  const [microsecondsPerBeat] = events.filter(isSetTempo).map(({ setTempo }) => setTempo.microsecondsPerQuarter);
  const timeSignatures = events
    .filter(isTimeSignature)
    .map(({ timeSignature: { numerator, denominator } }) => ({ numerator, denominator }));
  return {
    tempo: microsecondsPerBeat === undefined ? defaultTempo : beatsPerMinute(microsecondsPerBeat),
    timeSignatures,
  };
}

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
  const scanned = scanFile(bytes);
  const { scan, division } = scanned;
  if (scan.noteOns === 0) unreadable("the file has no notes");
  if (scan.noteOns > midiLimits.notes) unreadable(`the file has ${scan.noteOns} notes; at most ${midiLimits.notes}`);
  const [conductorEvents = [], ...trackEvents] = parseArrayBuffer(plainMidi(scanned)).tracks;
  const { tempo, timeSignatures: signatures } = readConductor(conductorEvents);
  const read = trackEvents.map(readTrack);
  const changes = [...scan.changes];

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

  const unended = read.reduce((sum, track) => sum + track.unended, 0);
  if (unended > 0) changes.push(`${unended} notes without an end were ended with their track`);
  const empty = read.reduce((sum, track) => sum + track.empty, 0);
  if (empty > 0) changes.push(`${empty} notes of no length were left out`);
  if (scan.changesTempo) {
    changes.push(`the file changes its tempo; the first one, ${tempo} beats a minute, is used throughout`);
  }
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
