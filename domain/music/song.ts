/**
 * Standard MIDI files in, songs out (The Complete MIDI 1.0 Detailed Specification, "Standard MIDI Files 1.0").
 *
 * midi-json-parser's core reads the music (the package's public entry needs a browser's Worker), from the plain file that
 * {@link scanMidi} makes of the uploaded one.
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
import { beatsPerMinute, midiLimits, scanMidi, unreadable } from "./midi-scan";

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

const drumChannel = 9;
const defaultTempo = 120;

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

/** The track of the tempo and the time signatures: the scan has put them in order. */
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
  const { division, changesTempo, changes: scanChanges, plainFile } = scanMidi(bytes);
  const [conductorEvents = [], ...trackEvents] = parseArrayBuffer(plainFile).tracks;
  const { tempo, timeSignatures: signatures } = readConductor(conductorEvents);
  const read = trackEvents.map(readTrack);
  const changes = [...scanChanges];

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
  if (changesTempo) {
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
