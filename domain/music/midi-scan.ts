/**
 * Checks the bytes of an uploaded Standard MIDI File against the standard and our limits before a parser sees them.
 *
 * midi-json-parser's core trusts its input and makes several objects of every event, so this scan comes first. It
 * checks every chunk and event against the file's own lengths and our limits. It cuts what is not part of a melody or
 * what the parser cannot take: the parser gets only the events of notes and programs, in the file's order, so that
 * memory grows with the notes and not with the bytes (docs/adr/0034 has the figures). Tempo, time signature and names
 * are kept here: they are a few numbers each, and texts in encodings that the parser does not know.
 */
import { ByteReader, EventCutOff, maxDelta, midiLimits, unreadable } from "./byte-reader";
import { type ChannelKind, type FileKind, Tally } from "./left-out-events";
import { type Division, type MidiHeader, readHeader, type TrackEnd, unwrapMidi, walkChunks } from "./midi-chunks";
import { PlainTrack } from "./plain-track";
import { textReader } from "./text-encoding";

const round = (value: number): number => Math.round(value * 1000) / 1000;

/** Returns the tempo of a set-tempo event in beats a minute, to a thousandth. */
export const beatsPerMinute = (microsecondsPerBeat: number): number => round(60_000_000 / microsecondsPerBeat);

/** Kinds of channel messages: the upper four bits of their status byte. */
const noteOff = 0x8;
const noteOn = 0x9;
const keyPressure = 0xa;
const controlChange = 0xb;
const programChange = 0xc;
const channelPressure = 0xd;
const pitchBend = 0xe;

/** Numbers of the controllers that place a channel in the mix. */
const volumeController = 7;
const panController = 10;

const metaText = 0x01;
const metaTrackName = 0x03;
const metaInstrumentName = 0x04;
const metaCuePoint = 0x07;
const metaEndOfTrack = 0x2f;
const metaSetTempo = 0x51;
const metaTimeSignature = 0x58;
const metaKeySignature = 0x59;
const metaSequencerSpecific = 0x7f;

/** Number of data bytes of the system common messages 0xf1 to 0xf6, which recorders may have written. */
const systemCommonBytes: Readonly<Record<number, number>> = { 0xf1: 1, 0xf2: 2, 0xf3: 1 };

/** Returns true for the controllers sustain, portamento, sostenuto, soft, legato and hold. */
const isPedal = (controller: number): boolean => controller >= 64 && controller <= 69;

/** The maximum length of a track name in bytes: a hundred characters of any encoding. */
const maxTrackNameLength = 400;
/** Number of names that are kept of a track. The first that can be read is taken, and few files have more than one. */
const maxNamesKept = 4;
/** Number of texts that are kept, from which the file's encoding is found out. */
const maxTextsKept = 200;
/** The maximum number of quarter notes in a bar: no time signature says more than 255 whole notes. */
const maxBeatsPerBar = 255 * 4;
/** The tempo of a file that says nothing: 120 beats a minute. */
const usualMicrosecondsPerBeat = 500_000;
/** Ticks of a beat in a file that counts parts of a second. */
const ticksOfTimedBeat = 480;
/** The maximum number of kinds of changes that are listed; nobody reads more. */
const maxChanges = 100;

/**
 * One track chunk as it is scanned. The parser gets its note-ons, the note-offs of notes that sound and one program for
 * each channel. So the size of the chunk that is written is bounded by the notes that begin, however often programs
 * change and notes end that do not sound.
 */
class TrackScan {
  /** Counts of what was left out, by channel. */
  readonly tallies = new Map<number, Tally<ChannelKind>>();
  readonly names: Uint8Array[] = [];
  /** Number of notes that have begun and not ended, by channel and pitch. */
  private readonly sounding = new Map<number, number>();
  /** Program by channel: the one with which the first note begins, or else the first one after it. */
  private readonly programs = new Map<number, number>();
  private readonly channelsWithNotes = new Set<number>();
  /** The place in the mix by channel, as it is when the first note begins. */
  readonly mixes = new Map<number, ChannelMix>();

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

  /** Sets a controller. Those that place the channel in the mix are kept if its first note has not begun. */
  setController(tick: number, channel: number, controller: number, value: number): void {
    this.count(isPedal(controller) ? "pedal" : "controller", channel, tick);
    if (this.channelsWithNotes.has(channel)) return;
    const mix = this.mixes.get(channel);
    if (controller === volumeController) this.mixes.set(channel, { ...mix, volume: value });
    else if (controller === panController) this.mixes.set(channel, { ...mix, pan: value });
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

  /**
   * Ends the track.
   * @returns the file for the parser, to which nothing can be written any more
   */
  close(endOfTrack: number): ArrayBuffer {
    // The tick of the end matters only to notes that still sound.
    const isSounding = [...this.sounding.values()].some((count) => count > 0);
    this.plain.write(isSounding ? endOfTrack : this.plain.lastWritten, [0xff, metaEndOfTrack, 0]);
    return this.plain.file();
  }
}

/** Values of the controllers channel volume and pan, 0-127. */
export interface ChannelMix {
  readonly volume?: number;
  readonly pan?: number;
}

/** A tempo that holds from `tick` until the next one. */
export interface TempoSign {
  readonly tick: number;
  /** Tempo in quarter notes a minute. */
  readonly beatsPerMinute: number;
}

/** A time signature that holds from `tick` until the next one. */
export interface TimeSignature {
  readonly tick: number;
  readonly numerator: number;
  readonly denominator: number;
}

/** One number for each tick. If a file sets two at one tick, the later one in the file holds. */
class Signs {
  private readonly values = new Map<number, number>();

  set(tick: number, value: number): void {
    this.values.set(tick, value);
  }

  /** Returns the numbers in order of their ticks, without those that repeat the one before. */
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

/** The name and the left-out events of a track chunk, and the file from which its notes are parsed. */
export interface ScannedTrack {
  /** The track's name; empty if the file has none that can be read. */
  readonly name: string;
  /** Counts of what was left out, by channel. */
  readonly leftOut: ReadonlyMap<number, Tally<ChannelKind>>;
  /** The places in the mix that the file gives to channels before their first notes. */
  readonly mixes: ReadonlyMap<number, ChannelMix>;
  /** A file of format 1 with the notes and programs of this track alone. */
  readonly plainFile: ArrayBuffer;
}

/** How the time of a file becomes ticks. */
interface FileTime {
  /** Ticks of a quarter note. */
  readonly ticksPerBeat: number;
  /** Ticks of the unit in which the file counts: 1, unless it counts parts of a second. */
  readonly ticksPerUnit: number;
}

interface FileScanParams {
  readonly time: FileTime;
  /** The format that the header states. */
  readonly format: number;
  readonly maxNotes: number;
}

/** The facts of the whole file, gathered while its chunks are scanned one after the other. */
class FileScan {
  readonly changes = new Set<string>();
  readonly leftOut = new Tally<FileKind>();
  /** Number of note-ons; those over the limit are counted, but not kept. */
  noteOns = 0;
  /** The latest tick of a note-on. */
  lastNoteOn = 0;
  /** The tick at which the last track ends. */
  end = 0;
  private readonly scannedTracks: {
    readonly names: readonly Uint8Array[];
    readonly tallies: TrackScan["tallies"];
    readonly mixes: TrackScan["mixes"];
    readonly plainFile: ArrayBuffer;
  }[] = [];
  private readonly texts: Uint8Array[] = [];
  private readonly tempoSigns = new Signs();
  private readonly timeSignatureEvents = new Signs();
  private readonly keySigns = new Signs();
  private events = 0;
  private longWaits = 0;
  private lastTimeSignature = { tick: 0, numerator: 4, denominator: 4 };
  private readonly lastTick: number;

  constructor(private readonly params: FileScanParams) {
    this.lastTick = midiLimits.bars * maxBeatsPerBar * params.time.ticksPerBeat;
  }

  addChange(change: string): void {
    if (this.changes.size < maxChanges) this.changes.add(change);
  }

  /** Reads the events of one track chunk up to its end-of-track event, or as far as there are any. */
  scanTrack(reader: ByteReader, label: string): TrackEnd {
    const { time, format } = this.params;
    const track = new TrackScan(new PlainTrack(time.ticksPerBeat, this.lastTick));
    const begin = format === 2 ? this.beginPattern() : 0;
    let elapsed = 0;
    let tick = begin;
    let ended = false;
    let running: number | undefined;
    try {
      while (!reader.finished && !ended) {
        this.events += 1;
        if (this.events > midiLimits.events)
          unreadable("TOO_MANY_EVENTS", `the file has more than ${midiLimits.events} events`);
        elapsed += reader.quantity();
        tick = begin + Math.round(elapsed * time.ticksPerUnit);
        const first = reader.peek();
        if (first === 0xff) {
          reader.byte();
          const type = reader.byte();
          const data = reader.slice(reader.quantity());
          if (type === metaEndOfTrack) ended = true;
          else this.scanMetaEvent(track, tick, type, data, label);
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
            running ??
            unreadable(
              "DAMAGED_MIDI",
              `${label} begins an event with the data byte ${first} at offset ${reader.offset}`,
            );
          this.scanChannelMessage(reader, track, status, tick);
        }
      }
    } catch (error) {
      if (!(error instanceof EventCutOff)) throw error;
      this.addChange(`${error.message}: that event was left out`);
    }
    const { names, tallies, mixes } = track;
    this.scannedTracks.push({ names, tallies, mixes, plainFile: track.close(tick) });
    this.end = Math.max(this.end, tick);
    this.longWaits += track.longWaits;
    if (this.longWaits > midiLimits.longWaits) {
      unreadable("MUSIC_TOO_LONG", `the file has more than ${midiLimits.longWaits} waits of over ${maxDelta} ticks`);
    }
    return { end: reader.offset, ended };
  }

  /** Returns the scanned track chunks with their names. */
  tracks(): ScannedTrack[] {
    const read = textReader([...this.texts, ...this.scannedTracks.flatMap(({ names }) => names)]);
    return this.scannedTracks.map(({ names, tallies, mixes, plainFile }) => ({
      name: names.map(read).find((name) => name !== "") ?? "",
      leftOut: tallies,
      mixes,
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

  /**
   * Counts changes of the key signature. The first key signature is not counted, because a melody loses nothing with
   * it.
   */
  tallyKeyChanges(): void {
    for (const [tick] of this.keySigns.inOrder().slice(1)) this.leftOut.add("key", tick);
  }

  private scanMetaEvent(track: TrackScan, tick: number, type: number, data: Uint8Array, label: string): void {
    if (type === metaTrackName) track.addName(data);
    else if (type === metaSetTempo) this.scanTempo(tick, data, label);
    else if (type === metaTimeSignature) this.scanTimeSignature(tick, data, label);
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
      if (this.noteOns <= this.params.maxNotes) track.begin(tick, channel, first, second);
    } else if (message === noteOn || message === noteOff) track.end(tick, channel, first);
    else if (message === keyPressure) track.count("aftertouch", channel, tick);
    else if (message === pitchBend) track.count("pitchBend", channel, tick);
    else if (message === controlChange) track.setController(tick, channel, first, second);
  }

  private scanTempo(tick: number, data: Uint8Array, label: string): void {
    const [high = 0, middle = 0, low = 0] = data;
    const microsecondsPerBeat = high * 65_536 + middle * 256 + low;
    if (data.length !== 3) this.addWrongLength(metaSetTempo, label);
    else if (microsecondsPerBeat === 0) this.leftOut.add("impossibleTempo", tick);
    else this.tempoSigns.set(tick, microsecondsPerBeat);
  }

  private scanTimeSignature(tick: number, data: Uint8Array, label: string): void {
    const [numerator = 0, power = 0] = data;
    if (data.length !== 4) this.addWrongLength(metaTimeSignature, label);
    // A bar without beats, or beats shorter than a sixty-fourth, are errors of the file.
    else if (numerator === 0 || power > 6) this.leftOut.add("impossibleTimeSignature", tick);
    else this.setTimeSignature({ tick, numerator, denominator: 2 ** power });
  }

  private setTimeSignature(sign: TimeSignature): void {
    this.timeSignatureEvents.set(sign.tick, sign.numerator * 8 + Math.log2(sign.denominator));
    if (sign.tick >= this.lastTimeSignature.tick) this.lastTimeSignature = sign;
  }

  /**
   * Begins a pattern of format 2 at the first bar line after the pattern before it, with the tempo and time signature
   * that the standard gives a track that says nothing.
   */
  private beginPattern(): number {
    if (this.scannedTracks.length === 0) return 0;
    const { tick: from, numerator, denominator } = this.lastTimeSignature;
    const barTicks = (this.params.time.ticksPerBeat * 4 * numerator) / denominator;
    const tick = Math.round(from + Math.ceil((this.end - from) / barTicks) * barTicks);
    this.tempoSigns.set(tick, usualMicrosecondsPerBeat);
    this.setTimeSignature({ tick, numerator: 4, denominator: 4 });
    return tick;
  }

  private addWrongLength(type: number, label: string): void {
    this.addChange(`a meta event of type ${type} with a wrong length in ${label} was left out`);
  }
}

/** The parts of a file that are safe to parse, and what the scan alone knows of the file. */
export interface ScannedMidi {
  /** Ticks of a quarter note. */
  readonly ticksPerBeat: number;
  /** Sentences that say what was mended or left out while chunks and events were read. */
  readonly changes: readonly string[];
  readonly leftOut: Tally<FileKind>;
  /** Tempos in order of their ticks; empty if the file has none. */
  readonly tempos: readonly TempoSign[];
  readonly timeSignatures: readonly TimeSignature[];
  /** The tick at which the last note begins. */
  readonly lastNoteOn: number;
  /** The tick at which the last track ends. */
  readonly end: number;
  /** The track chunks in the file's order. */
  readonly tracks: readonly ScannedTrack[];
}

export interface ScanMidiParams {
  /** The bytes as they were uploaded. */
  readonly uploaded: Uint8Array;
  readonly maxNotes: number;
}

/**
 * Reads the bytes of a Standard MIDI File once, front to back. A file whose ticks are parts of a second is read twice if
 * it has a tempo, because its first tempo says how long a beat is.
 * @throws UnreadableMidiError when they are no such file, or exceed {@link midiLimits} or `maxNotes`
 */
export function scanMidi({ uploaded, maxNotes }: ScanMidiParams): ScannedMidi {
  if (uploaded.length > midiLimits.bytes) {
    unreadable("FILE_TOO_LARGE", `the file has ${uploaded.length} bytes; at most ${midiLimits.bytes} are allowed`);
  }
  const { bytes, changes } = unwrapMidi(uploaded);
  const header = readHeader(bytes);
  const scanned = (beatsPerMinute: number): ScannedFile =>
    scanChunks({ bytes, header, maxNotes, time: fileTime(header.division, beatsPerMinute) });
  const usual = scanned(usualTempo);
  if ("ticksPerBeat" in header.division) return facts(usual, usual.scan.tempos(), changes);
  const tempos = usual.scan.tempos();
  const beatsPerMinute = tempos[0]?.beatsPerMinute ?? usualTempo;
  const timed = beatsPerMinute === usualTempo ? usual : scanned(beatsPerMinute);
  const others = tempos.length < 2 ? "" : "; later changes of the tempo are left out";
  const change = `the file counts parts of a second (SMPTE): its beats are taken to be those of ${beatsPerMinute} a minute${others}`;
  return facts(timed, [{ tick: 0, beatsPerMinute }], [...changes, change]);
}

const usualTempo = beatsPerMinute(usualMicrosecondsPerBeat);

/** Returns how the time of a file becomes ticks, if its beats have this tempo. */
function fileTime(division: Division, beatsPerMinute: number): FileTime {
  if ("ticksPerBeat" in division) return { ticksPerBeat: division.ticksPerBeat, ticksPerUnit: 1 };
  const unitsPerBeat = (division.ticksPerSecond * 60) / beatsPerMinute;
  return { ticksPerBeat: ticksOfTimedBeat, ticksPerUnit: ticksOfTimedBeat / unitsPerBeat };
}

interface ScannedFile {
  readonly scan: FileScan;
  readonly time: FileTime;
}

interface ScanChunksParams {
  readonly bytes: Uint8Array;
  readonly header: MidiHeader;
  readonly maxNotes: number;
  readonly time: FileTime;
}

function scanChunks({ bytes, header, maxNotes, time }: ScanChunksParams): ScannedFile {
  const scan = new FileScan({ time, format: header.format, maxNotes });
  const tracks = walkChunks({
    bytes,
    header,
    readTrack: (from, limit, label) => scan.scanTrack(new ByteReader(bytes, from, limit, label), label),
    addChange: (change) => {
      scan.addChange(change);
    },
  });
  if (scan.noteOns === 0) unreadable("NO_NOTES", "the file has no notes");
  if (scan.noteOns > maxNotes) {
    unreadable("TOO_MANY_NOTES", `the file has ${scan.noteOns} notes; at most ${maxNotes} are allowed`);
  }
  if (header.format === 2 && tracks > 1) {
    scan.addChange(`the file has the format 2: its ${tracks} patterns are read one after the other`);
  }
  scan.tallyKeyChanges();
  return { scan, time };
}

/** Returns what a scan has found. The changes before it come first. */
function facts({ scan, time }: ScannedFile, tempos: readonly TempoSign[], changes: readonly string[]): ScannedMidi {
  return {
    ticksPerBeat: time.ticksPerBeat,
    changes: [...changes, ...scan.changes],
    leftOut: scan.leftOut,
    tempos,
    timeSignatures: scan.timeSignatures(),
    lastNoteOn: scan.lastNoteOn,
    end: scan.end,
    tracks: scan.tracks(),
  };
}
