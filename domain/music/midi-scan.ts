/**
 * The bytes of an uploaded Standard MIDI File, held against the standard and our limits before a parser sees them.
 *
 * midi-json-parser's core trusts its input and makes several objects of every event, so this scan comes first. It holds
 * every chunk and event against the file's own lengths and our limits, and cuts what no melody is made of or the parser
 * cannot take: the parser gets the events of notes and programs, in the file's order, so that memory follows the notes and
 * not the bytes (docs/adr/0034 has the figures). Tempo, time signature and names are kept here: a few numbers each, and
 * texts in encodings that the parser does not know.
 */
import { ByteReader, EventCutOff, maxDelta, midiLimits, unreadable } from "./byte-reader";
import { type ChannelKind, type FileKind, Tally } from "./left-out-events";
import { readHeader, type TrackReading, unwrapMidi, walkChunks } from "./midi-chunks";
import { PlainTrack } from "./plain-track";
import { textReader } from "./text-encoding";

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** Of a set-tempo event, to a thousandth. */
export const beatsPerMinute = (microsecondsPerBeat: number): number => round(60_000_000 / microsecondsPerBeat);

/** Statuses of channel messages, by their upper four bits. */
const noteOff = 0x8;
const noteOn = 0x9;
const keyPressure = 0xa;
const controlChange = 0xb;
const programChange = 0xc;
const channelPressure = 0xd;
const pitchBend = 0xe;

const metaText = 0x01;
const metaTrackName = 0x03;
const metaInstrumentName = 0x04;
const metaCuePoint = 0x07;
const metaEndOfTrack = 0x2f;
const metaSetTempo = 0x51;
const metaTimeSignature = 0x58;
const metaKeySignature = 0x59;
const metaSequencerSpecific = 0x7f;

/** Data bytes of the system common messages 0xf1 to 0xf6, which recorders may have written. */
const systemCommonBytes: Readonly<Record<number, number>> = { 0xf1: 1, 0xf2: 2, 0xf3: 1 };

/** Sustain, portamento, sostenuto, soft, legato, hold. */
const isPedal = (controller: number): boolean => controller >= 64 && controller <= 69;

/** In bytes: a hundred characters of any encoding. */
const maxTrackNameLength = 400;
/** The first name that can be read is taken; few files have more than one. */
const maxNamesKept = 4;
/** Texts that are kept so that the file's encoding can be told. */
const maxTextsKept = 200;
/** No bar is longer than 255 whole notes: no time signature says more. */
const maxBeatsPerBar = 255 * 4;
/** More kinds of alterations than anybody reads. */
const maxChanges = 100;

/**
 * What one track chunk says. The parser gets its note-ons, the note-offs of what sounds and one program for each channel,
 * so that the chunk that is written is bounded by the notes that begin, however often programs change and silent notes end.
 */
class TrackScan {
  /** By channel. */
  readonly tallies = new Map<number, Tally<ChannelKind>>();
  readonly names: Uint8Array[] = [];
  /** How many notes of a channel and pitch have begun and not ended. */
  private readonly sounding = new Map<number, number>();
  /** By channel: the one with which the first note begins, or the first one after it. */
  private readonly programs = new Map<number, number>();
  private readonly channelsWithNotes = new Set<number>();

  constructor(private readonly plain: PlainTrack) {}

  get longWaits(): number {
    return this.plain.longWaits;
  }

  begin(tick: number, channel: number, pitch: number, velocity: number): void {
    if (!this.channelsWithNotes.has(channel)) {
      this.channelsWithNotes.add(channel);
      const program = this.programs.get(channel);
      if (program !== undefined) this.plain.write(tick, [(programChange << 4) | channel, program]);
    }
    const key = channel * 128 + pitch;
    this.sounding.set(key, (this.sounding.get(key) ?? 0) + 1);
    this.plain.write(tick, [(noteOn << 4) | channel, pitch, velocity]);
  }

  end(tick: number, channel: number, pitch: number): void {
    const key = channel * 128 + pitch;
    const sounding = this.sounding.get(key) ?? 0;
    if (sounding === 0) return;
    this.sounding.set(key, sounding - 1);
    this.plain.write(tick, [(noteOff << 4) | channel, pitch, 0]);
  }

  setProgram(tick: number, channel: number, program: number): void {
    const known = this.programs.get(channel);
    const hasNotes = this.channelsWithNotes.has(channel);
    if (hasNotes && known !== undefined) {
      if (program !== known) this.count("program", channel, tick);
      return;
    }
    this.programs.set(channel, program);
    if (hasNotes) this.plain.write(tick, [(programChange << 4) | channel, program]);
  }

  addName(data: Uint8Array): void {
    if (this.names.length < maxNamesKept && data.some((byte) => byte > 0x20)) {
      this.names.push(data.subarray(0, maxTrackNameLength));
    }
  }

  count(kind: ChannelKind, channel: number, tick: number): void {
    const known = this.tallies.get(channel) ?? new Tally<ChannelKind>();
    this.tallies.set(channel, known);
    known.add(kind, tick);
  }

  /** @returns the file for the parser; nothing can be written after */
  close(endOfTrack: number): ArrayBuffer {
    // The end's tick matters only to what still sounds.
    const isSounding = [...this.sounding.values()].some((count) => count > 0);
    this.plain.write(isSounding ? endOfTrack : this.plain.lastWritten, [0xff, metaEndOfTrack, 0]);
    return this.plain.file();
  }
}

/** From `tick` on, until the next one. */
export interface TempoSign {
  readonly tick: number;
  /** Quarter notes. */
  readonly beatsPerMinute: number;
}

/** From `tick` on, until the next one. */
export interface TimeSignature {
  readonly tick: number;
  readonly numerator: number;
  readonly denominator: number;
}

/** One number for each tick; of two at one tick the later in the file holds. */
class Signs {
  private readonly values = new Map<number, number>();

  set(tick: number, value: number): void {
    this.values.set(tick, value);
  }

  /** In order of their ticks; those that say the same as the one before are left out. */
  inOrder(): (readonly [tick: number, value: number])[] {
    const ticks = Float64Array.from(this.values.keys()).sort();
    const kept: [number, number][] = [];
    for (const tick of ticks) {
      const value = this.values.get(tick) ?? 0;
      if (kept.at(-1)?.[1] !== value) kept.push([tick, value]);
    }
    return kept;
  }
}

/** What the scan knows of a track chunk besides its notes. */
export interface ScannedTrack {
  /** The empty string where the file has none that can be read. */
  readonly name: string;
  /** By channel. */
  readonly leftOut: ReadonlyMap<number, Tally<ChannelKind>>;
  /** A file of format 1 with the notes and programs of this track alone. */
  readonly plainFile: ArrayBuffer;
}

/** What the whole file says, gathered while its chunks are scanned one after the other. */
class FileScan {
  readonly changes = new Set<string>();
  readonly leftOut = new Tally<FileKind>();
  /** Note-ons; those over the limit are counted, not kept. */
  noteOns = 0;
  /** The latest tick of a note-on. */
  lastNoteOn = 0;
  private readonly scannedTracks: {
    readonly names: readonly Uint8Array[];
    readonly tallies: TrackScan["tallies"];
    readonly plainFile: ArrayBuffer;
  }[] = [];
  private readonly texts: Uint8Array[] = [];
  private readonly tempoSigns = new Signs();
  private readonly timeSignatureEvents = new Signs();
  private readonly keySigns = new Signs();
  private events = 0;
  private longWaits = 0;
  private readonly lastTick: number;

  constructor(private readonly division: number) {
    this.lastTick = midiLimits.bars * maxBeatsPerBar * division;
  }

  addChange(change: string): void {
    if (this.changes.size < maxChanges) this.changes.add(change);
  }

  /** Reads the events of one track chunk up to its end-of-track event, or as far as there are any. */
  scanTrack(reader: ByteReader, what: string): TrackReading {
    const track = new TrackScan(new PlainTrack(this.division, this.lastTick));
    let tick = 0;
    let ended = false;
    let running: number | undefined;
    try {
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
          else this.scanMetaEvent(track, tick, type, data, what);
        } else if (first === 0xf0 || first === 0xf7) {
          reader.byte();
          reader.slice(reader.quantity());
          running = undefined;
          this.leftOut.add("systemExclusive", tick);
        } else if (first > 0xf0) {
          reader.byte();
          const dataBytes = systemCommonBytes[first] ?? 0;
          for (let count = 0; count < dataBytes; count += 1) reader.dataByte();
          // Real-time messages leave the running status as it is; the others end it.
          if (first < 0xf8) running = undefined;
          this.leftOut.add("realTime", tick);
        } else {
          if (first >= 0x80) running = reader.byte();
          const status =
            running ?? unreadable(`${what} begins an event with the data byte ${first} at offset ${reader.offset}`);
          this.scanChannelMessage(reader, track, status, tick);
        }
      }
    } catch (error) {
      if (!(error instanceof EventCutOff)) throw error;
      this.addChange(`${error.message}: that event was left out`);
    }
    this.scannedTracks.push({ names: track.names, tallies: track.tallies, plainFile: track.close(tick) });
    this.longWaits += track.longWaits;
    if (this.longWaits > midiLimits.longWaits) {
      unreadable(`the file has more than ${midiLimits.longWaits} waits of over ${maxDelta} ticks`);
    }
    return { end: reader.offset, ended };
  }

  /** The track chunks as they were scanned, with their names. */
  tracks(): ScannedTrack[] {
    const read = textReader([...this.texts, ...this.scannedTracks.flatMap(({ names }) => names)]);
    return this.scannedTracks.map(({ names, tallies, plainFile }) => ({
      name: names.map(read).find((name) => name !== "") ?? "",
      leftOut: tallies,
      plainFile,
    }));
  }

  tempos(): TempoSign[] {
    return this.tempoSigns.inOrder().map(([tick, value]) => ({ tick, beatsPerMinute: beatsPerMinute(value) }));
  }

  timeSignatures(): TimeSignature[] {
    return this.timeSignatureEvents
      .inOrder()
      .map(([tick, value]) => ({ tick, numerator: Math.floor(value / 8), denominator: 2 ** (value % 8) }));
  }

  /** The first key signature is nothing that a melody loses. */
  tallyKeyChanges(): void {
    for (const [tick] of this.keySigns.inOrder().slice(1)) this.leftOut.add("key", tick);
  }

  private scanMetaEvent(track: TrackScan, tick: number, type: number, data: Uint8Array, what: string): void {
    if (type === metaTrackName) track.addName(data);
    else if (type === metaSetTempo) this.scanTempo(tick, data, what);
    else if (type === metaTimeSignature) this.scanTimeSignature(tick, data, what);
    else if (type === metaKeySignature && data.length === 2) {
      const [accidentals = 0, mode = 0] = data;
      this.keySigns.set(tick, accidentals * 256 + mode);
    } else if (type === metaSequencerSpecific) this.leftOut.add("systemExclusive", tick);
    else if (type >= metaText && type <= metaCuePoint && type !== metaInstrumentName) {
      this.leftOut.add("lyrics", tick);
      if (this.texts.length < maxTextsKept) this.texts.push(data.subarray(0, maxTrackNameLength));
    }
  }

  private scanChannelMessage(reader: ByteReader, track: TrackScan, status: number, tick: number): void {
    const message = status >> 4;
    const channel = status & 0xf;
    const first = reader.dataByte();
    if (message === programChange) track.setProgram(tick, channel, first);
    else if (message === channelPressure) track.count("aftertouch", channel, tick);
    if (message === programChange || message === channelPressure) return;
    const second = reader.dataByte();
    if (message === noteOn && second > 0) {
      this.noteOns += 1;
      this.lastNoteOn = Math.max(this.lastNoteOn, tick);
      if (this.noteOns <= midiLimits.notes) track.begin(tick, channel, first, second);
    } else if (message === noteOn || message === noteOff) track.end(tick, channel, first);
    else if (message === keyPressure) track.count("aftertouch", channel, tick);
    else if (message === pitchBend) track.count("pitchBend", channel, tick);
    else if (message === controlChange) track.count(isPedal(first) ? "pedal" : "controller", channel, tick);
  }

  private scanTempo(tick: number, data: Uint8Array, what: string): void {
    const [high = 0, middle = 0, low = 0] = data;
    const microsecondsPerBeat = high * 65_536 + middle * 256 + low;
    if (data.length !== 3) this.addWrongLength(metaSetTempo, what);
    else if (microsecondsPerBeat === 0) this.leftOut.add("impossibleTempo", tick);
    else this.tempoSigns.set(tick, microsecondsPerBeat);
  }

  private scanTimeSignature(tick: number, data: Uint8Array, what: string): void {
    const [numerator = 0, power = 0] = data;
    if (data.length !== 4) this.addWrongLength(metaTimeSignature, what);
    // A bar of no beats, and notes shorter than sixty-fourths as beats, are faults of the file.
    else if (numerator === 0 || power > 6) this.leftOut.add("impossibleTimeSignature", tick);
    else this.timeSignatureEvents.set(tick, numerator * 8 + power);
  }

  private addWrongLength(type: number, what: string): void {
    this.addChange(`a meta event of type ${type} with a wrong length in ${what} was left out`);
  }
}

/** What of a file is safe to parse, and what the scan alone knows of it. */
export interface ScannedMidi {
  /** Ticks of a quarter note. */
  readonly division: number;
  /** What was mended or left out while reading chunks and events. */
  readonly changes: readonly string[];
  readonly leftOut: Tally<FileKind>;
  /** In order of their ticks; none where the file has none. */
  readonly tempos: readonly TempoSign[];
  readonly timeSignatures: readonly TimeSignature[];
  /** The tick at which the last note begins. */
  readonly lastNoteOn: number;
  /** Of each track chunk, in the file's order. */
  readonly tracks: readonly ScannedTrack[];
}

/**
 * Reads the bytes of a Standard MIDI File of format 0 or 1 once, front to back.
 * @throws UnreadableMidiError when they are no such file, or exceed {@link midiLimits}
 */
export function scanMidi(uploaded: Uint8Array): ScannedMidi {
  if (uploaded.length > midiLimits.bytes) {
    unreadable(`the file has ${uploaded.length} bytes; at most ${midiLimits.bytes} are allowed`);
  }
  const { bytes, changes } = unwrapMidi(uploaded);
  const header = readHeader(bytes);
  const scan = new FileScan(header.division);
  for (const change of changes) scan.addChange(change);
  walkChunks({
    bytes,
    header,
    readTrack: (from, limit, what) => scan.scanTrack(new ByteReader(bytes, from, limit, what), what),
    addChange: (change) => {
      scan.addChange(change);
    },
  });
  if (scan.noteOns === 0) unreadable("the file has no notes");
  if (scan.noteOns > midiLimits.notes)
    unreadable(`the file has ${scan.noteOns} notes; at most ${midiLimits.notes} are allowed`);
  scan.tallyKeyChanges();
  return {
    division: header.division,
    changes: [...scan.changes],
    leftOut: scan.leftOut,
    tempos: scan.tempos(),
    timeSignatures: scan.timeSignatures(),
    lastNoteOn: scan.lastNoteOn,
    tracks: scan.tracks(),
  };
}
