/**
 * Standard MIDI files in, notes out.
 *
 * The parser is midi-json-parser's core (its public entry needs a browser's Worker). It trusts its input: it accepts
 * zero divisions, notes over 127 and over-long deltas, and throws on meta event 0x60 and F7 escapes that real files
 * have (research/ministack and design decision 10). So a scan of the bytes comes first: it checks every chunk and
 * event against the file's own lengths and our limits, and hands on only the events that music is made of.
 */
import type {
  IMidiNoteOffEvent,
  IMidiNoteOnEvent,
  IMidiProgramChangeEvent,
  IMidiSetTempoEvent,
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

interface KeptEvent {
  readonly tick: number;
  readonly bytes: readonly number[];
}

interface ScannedFile {
  readonly format: number;
  readonly division: number;
  /** Per track chunk: the events that music is made of, with absolute ticks. */
  readonly chunks: readonly (readonly KeptEvent[])[];
  readonly endTicks: readonly number[];
  readonly changes: readonly string[];
}

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

/** How many data bytes follow a channel message, by its upper four bits. */
function dataBytesOf(status: number): number {
  const kind = status >> 4;
  return kind === 0xc || kind === 0xd ? 1 : 2;
}

const text = (bytes: Uint8Array, offset: number): string => String.fromCharCode(...bytes.subarray(offset, offset + 4));

const metaTrackName = 0x03;
const metaEndOfTrack = 0x2f;
const metaSetTempo = 0x51;
const metaTimeSignature = 0x58;
const keptMetaLengths = new Map([
  [metaSetTempo, 3],
  [metaTimeSignature, 4],
]);
const longestTrackName = 100;

function scan(bytes: Uint8Array): ScannedFile {
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

  const changes = new Set<string>();
  const chunks: KeptEvent[][] = [];
  const endTicks: number[] = [];
  let offset = 8 + headerLength;
  let events = 0;
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
      const kept: KeptEvent[] = [];
      const what = `track ${chunks.length}`;
      const reader = new ByteReader(bytes, offset + 8, end, what);
      let tick = 0;
      let running: number | undefined;
      let ended = false;
      while (!reader.finished && !ended) {
        events += 1;
        if (events > midiLimits.events) unreadable(`the file has more than ${midiLimits.events} events`);
        tick += reader.quantity();
        const first = reader.peek();
        if (first === 0xff) {
          reader.byte();
          const type = reader.byte();
          const data = reader.slice(reader.quantity());
          if (type === metaEndOfTrack) ended = true;
          else if (type === metaTrackName) {
            const name = data.subarray(0, longestTrackName);
            kept.push({ tick, bytes: [0xff, type, name.length, ...name] });
          } else if (keptMetaLengths.has(type)) {
            if (data.length === keptMetaLengths.get(type))
              kept.push({ tick, bytes: [0xff, type, data.length, ...data] });
            else changes.add(`a meta event of type ${type} with a wrong length in ${what} was left out`);
          }
        } else if (first === 0xf0 || first === 0xf7) {
          reader.byte();
          reader.slice(reader.quantity());
          running = undefined;
        } else if (first > 0xf0) {
          unreadable(`${what} has the system message 0x${first.toString(16)}, which cannot stand in a file`);
        } else {
          if (first >= 0x80) running = reader.byte();
          const status = running ?? unreadable(`${what} begins an event with the data byte ${first}`);
          const data = Array.from({ length: dataBytesOf(status) }, () => reader.dataByte());
          const message = status >> 4;
          if (message === 0x8 || message === 0x9 || message === 0xc) kept.push({ tick, bytes: [status, ...data] });
        }
      }
      if (!ended) changes.add(`${what} has no end-of-track event`);
      chunks.push(kept);
      endTicks.push(tick);
    } else {
      changes.add(`a chunk of the unknown kind ${JSON.stringify(kind.replace(/[^\x20-\x7e]/g, "?"))} was left out`);
    }
    offset = end;
  }
  if (offset < bytes.length) changes.add(`${bytes.length - offset} bytes after the last track were left out`);
  return { format, division, chunks, endTicks, changes: [...changes] };
}

function variableLength(value: number): number[] {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(128 + (rest % 128));
  return bytes;
}

/** The scanned events as a plain MIDI file again, without running status, for the parser. */
function plainMidi({ format, division, chunks, endTicks }: ScannedFile): ArrayBuffer {
  const bytes: number[] = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6];
  bytes.push(0, format, chunks.length >> 8, chunks.length & 0xff, division >> 8, division & 0xff);
  chunks.forEach((events, index) => {
    const body: number[] = [];
    let tick = 0;
    const write = (at: number, event: readonly number[]): void => {
      for (const byte of variableLength(at - tick)) body.push(byte);
      for (const byte of event) body.push(byte);
      tick = at;
    };
    for (const event of events) write(event.tick, event.bytes);
    write(endTicks[index] ?? tick, [0xff, metaEndOfTrack, 0]);
    bytes.push(0x4d, 0x54, 0x72, 0x6b);
    for (const shift of [24, 16, 8, 0]) bytes.push((body.length >>> shift) & 0xff);
    for (const byte of body) bytes.push(byte);
  });
  return Uint8Array.from(bytes).buffer;
}

type MidiJsonEvent = ReturnType<typeof parseArrayBuffer>["tracks"][number][number];

// The parser's event types carry an index signature, so that `in` alone narrows nothing.
const isNoteOn = (event: MidiJsonEvent): event is IMidiNoteOnEvent => "noteOn" in event;
const isNoteOff = (event: MidiJsonEvent): event is IMidiNoteOffEvent => "noteOff" in event;
const isProgramChange = (event: MidiJsonEvent): event is IMidiProgramChangeEvent => "programChange" in event;
const isTrackName = (event: MidiJsonEvent): event is IMidiTrackNameEvent => "trackName" in event;
const isSetTempo = (event: MidiJsonEvent): event is IMidiSetTempoEvent => "setTempo" in event;
const isTimeSignature = (event: MidiJsonEvent): event is IMidiTimeSignatureEvent => "timeSignature" in event;

interface ChannelNotes {
  program: number;
  readonly notes: MidiNote[];
}

interface ReadTrack {
  readonly name: string;
  readonly channels: ReadonlyMap<number, ChannelNotes>;
  readonly tempos: readonly { readonly tick: number; readonly tempo: number }[];
  readonly timeSignatures: readonly (TimeSignature & { readonly tick: number })[];
  readonly unended: number;
  readonly empty: number;
}

/** Pairs note-ons with note-offs: the oldest sounding note of a pitch ends first. */
function readTrack(events: readonly MidiJsonEvent[]): ReadTrack {
  let tick = 0;
  let name = "";
  let unended = 0;
  let empty = 0;
  const channels = new Map<number, ChannelNotes>();
  const sounding = new Map<number, { startTick: number; velocity: number }[]>();
  const tempos: { tick: number; tempo: number }[] = [];
  const timeSignatures: (TimeSignature & { tick: number })[] = [];
  const ofChannel = (channel: number): ChannelNotes => {
    const known = channels.get(channel) ?? { program: 0, notes: [] };
    channels.set(channel, known);
    return known;
  };
  const end = (channel: number, pitch: number): boolean => {
    const started = sounding.get(channel * 128 + pitch)?.shift();
    if (started === undefined) return false;
    const durationTicks = tick - started.startTick;
    if (durationTicks > 0) {
      ofChannel(channel).notes.push({ startTick: started.startTick, durationTicks, pitch, velocity: started.velocity });
    } else empty += 1;
    return true;
  };
  for (const event of events) {
    tick += event.delta;
    if (isNoteOn(event)) {
      const key = event.channel * 128 + event.noteOn.noteNumber;
      const started = sounding.get(key) ?? [];
      started.push({ startTick: tick, velocity: event.noteOn.velocity });
      sounding.set(key, started);
    } else if (isNoteOff(event)) {
      end(event.channel, event.noteOff.noteNumber);
    } else if (isProgramChange(event)) {
      const channel = ofChannel(event.channel);
      // Later changes are ignored: one track, one instrument.
      if (channel.notes.length === 0) channel.program = event.programChange.programNumber;
    } else if (isTrackName(event) && name === "") {
      name = event.trackName.replace(/[^\x20-\x7e\xa0-\xff]/g, "").trim();
    } else if (isSetTempo(event) && event.setTempo.microsecondsPerQuarter > 0) {
      tempos.push({ tick, tempo: 60_000_000 / event.setTempo.microsecondsPerQuarter });
    } else if (isTimeSignature(event)) {
      const { numerator, denominator } = event.timeSignature;
      if (numerator > 0 && denominator <= 64) timeSignatures.push({ tick, numerator, denominator });
    }
  }
  for (const [key, started] of sounding) {
    while (started.length > 0) {
      unended += 1;
      end(Math.floor(key / 128), key % 128);
    }
  }
  return { name, channels, tempos, timeSignatures, unended, empty };
}

const byTick = (one: { readonly tick: number }, other: { readonly tick: number }): number => one.tick - other.tick;

const byStart = (one: MidiNote, other: MidiNote): number => one.startTick - other.startTick || one.pitch - other.pitch;

const distinct = (signatures: readonly TimeSignature[]): TimeSignature[] => [
  ...new Map(
    signatures.map(({ numerator, denominator }) => [`${numerator}/${denominator}`, { numerator, denominator }]),
  ).values(),
];

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** Ticks of a bar of this time signature. */
export function ticksPerBar(ticksPerBeat: number, { numerator, denominator }: TimeSignature): number {
  return (ticksPerBeat * 4 * numerator) / denominator;
}

/**
 * Reads a Standard MIDI File of format 0 or 1.
 * @throws UnreadableMidiError when the bytes are no such file, or exceed {@link midiLimits}; the message says why.
 */
export function parseMidi(bytes: Uint8Array): Song {
  const scanned = scan(bytes);
  const parsed = parseArrayBuffer(plainMidi(scanned));
  const read = parsed.tracks.map(readTrack);
  const changes = [...scanned.changes];

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

  const noteCount = tracks.reduce((sum, { notes }) => sum + notes.length, 0);
  if (noteCount === 0) unreadable("the file has no notes");
  if (noteCount > midiLimits.notes) unreadable(`the file has ${noteCount} notes; at most ${midiLimits.notes}`);

  const unended = read.reduce((sum, track) => sum + track.unended, 0);
  if (unended > 0) changes.push(`${unended} notes without an end were ended with their track`);
  const empty = read.reduce((sum, track) => sum + track.empty, 0);
  if (empty > 0) changes.push(`${empty} notes of no length were left out`);

  const tempos = read.flatMap((track) => track.tempos).sort(byTick);
  const tempo = round(tempos[0]?.tempo ?? defaultTempo);
  if (new Set(tempos.map((event) => round(event.tempo))).size > 1) {
    changes.push(`the file changes its tempo; the first one, ${tempo} beats a minute, is used throughout`);
  }
  const signatures = distinct(read.flatMap((track) => track.timeSignatures).sort(byTick));
  const timeSignature = signatures[0] ?? { numerator: 4, denominator: 4 };
  const lastTick = Math.max(...tracks.map(({ notes }) => Math.max(...notes.map(endTick))));
  const bars = Math.ceil(lastTick / ticksPerBar(scanned.division, timeSignature));
  if (bars > midiLimits.bars) unreadable(`the music is ${bars} bars long; at most ${midiLimits.bars}`);
  return {
    ticksPerBeat: scanned.division,
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
