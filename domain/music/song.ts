/**
 * Reads Standard MIDI Files into songs (The Complete MIDI 1.0 Detailed Specification, "Standard MIDI Files 1.0").
 *
 * midi-json-parser's core reads the notes and programs from what {@link scanMidi} leaves of the uploaded file. (The
 * package's public entry needs a browser's Worker.) The scan knows the rest. Which end belongs to which note is decided
 * here.
 */
import type { IMidiNoteOffEvent, IMidiNoteOnEvent, IMidiProgramChangeEvent } from "midi-json-parser-worker";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
import { barCount, barLines, type BarLinesParams, timeSignaturesFromStart } from "./bar-lines";
import { midiLimits, refuseTooManyBars, unreadable } from "./byte-reader";
import { type ChannelKind, type FileKind, Tally } from "./left-out-events";
import type { MidiNote } from "./midi-note";
import { type ChannelMix, scanMidi, type ScannedTrack, type TempoSign, type TimeSignature } from "./midi-scan";
import { KeyEvents } from "./note-pairing";

export interface MidiTrack {
  /** Index of the track chunk. Further channels of one chunk are numbered after the last chunk. */
  readonly index: number;
  readonly name: string;
  /** General MIDI program, 0-127. */
  readonly program: number;
  /** True if it is on channel 10, where pitches stand for drums. */
  readonly isDrums: boolean;
  /** The place in the mix that the file gives the track before its first note. */
  readonly mix: ChannelMix;
  /** Notes in order of their start, then of their pitch. */
  readonly notes: readonly MidiNote[];
  /** Counts of what was mended or left out in this track. */
  readonly leftOut: Tally<ChannelKind>;
}

export interface Song {
  readonly ticksPerBeat: number;
  /** Tempos in order of their ticks; empty if the file has none. */
  readonly tempos: readonly TempoSign[];
  /**
   * Time signatures in order of their ticks, one for each tick. The first is at the beginning, and is 4/4 if the file
   * has none there.
   */
  readonly timeSignatures: readonly [TimeSignature, ...TimeSignature[]];
  /** The tick at which the last track ends, which may be long after its last note. */
  readonly end: number;
  /** The tracks that have notes. */
  readonly tracks: readonly MidiTrack[];
  /** Sentences for the person who uploaded the file, about chunks and events that were mended or left out. */
  readonly changes: readonly string[];
  /** Counts of what was left out of the file as a whole. */
  readonly leftOut: Tally<FileKind>;
}

const drumChannel = 9;
const defaultTempo = 120;

/**
 * Returns the tempo at a tick in beats (quarter notes) a minute. Before the first tempo event it is 120, as the
 * standard says.
 */
export function tempoAt({ tempos }: Pick<Song, "tempos">, tick: number): number {
  return tempos.findLast((sign) => sign.tick <= tick)?.beatsPerMinute ?? defaultTempo;
}

type MidiJsonEvent = ReturnType<typeof parseArrayBuffer>["tracks"][number][number];

// The parser's event types carry an index signature, so `in` alone does not narrow them.
const isNoteOn = (event: MidiJsonEvent): event is IMidiNoteOnEvent => "noteOn" in event;
const isNoteOff = (event: MidiJsonEvent): event is IMidiNoteOffEvent => "noteOff" in event;
const isProgramChange = (event: MidiJsonEvent): event is IMidiProgramChangeEvent => "programChange" in event;

/** The events that the parser read of one channel of a track chunk. */
interface ChannelEvents {
  program: number;
  /** Notes by pitch. */
  readonly keys: Map<number, KeyEvents>;
}

interface ReadTrack {
  readonly channels: ReadonlyMap<number, ChannelEvents>;
  /** The tick at which the track ends, and with it every note that still sounds. */
  readonly end: number;
}

function readTrack({ plainFile }: ScannedTrack): ReadTrack {
  const [events = []] = parseArrayBuffer(plainFile).tracks;
  const channels = new Map<number, ChannelEvents>();
  const ofChannel = (channel: number): ChannelEvents => {
    const known = channels.get(channel) ?? { program: 0, keys: new Map<number, KeyEvents>() };
    channels.set(channel, known);
    return known;
  };
  let tick = 0;
  for (const event of events) {
    tick += event.delta;
    if (isNoteOn(event)) {
      const { keys } = ofChannel(event.channel);
      const key = keys.get(event.noteOn.noteNumber) ?? new KeyEvents();
      keys.set(event.noteOn.noteNumber, key);
      key.begin(tick, event.noteOn.velocity);
    } else if (isNoteOff(event)) ofChannel(event.channel).keys.get(event.noteOff.noteNumber)?.end(tick);
    else if (isProgramChange(event)) ofChannel(event.channel).program = event.programChange.programNumber;
  }
  return { channels, end: tick };
}

/** Returns the notes of one channel, and adds to `leftOut` what was mended or left out of them. */
function channelNotes({ keys }: ChannelEvents, end: number, leftOut: Tally<ChannelKind>): MidiNote[] {
  return [...keys].flatMap(([pitch, key]) => {
    const { notes, ...mended } = key.close(end);
    for (const kind of ["retriggered", "doubled", "empty", "unended"] as const) {
      for (const tick of mended[kind]) leftOut.add(kind, tick);
    }
    return notes.map(({ startTick, endTick, velocity }) => ({
      startTick,
      durationTicks: endTick - startTick,
      pitch,
      velocity,
    }));
  });
}

const byStart = (one: MidiNote, other: MidiNote): number => one.startTick - other.startTick || one.pitch - other.pitch;

export interface ParseMidiOptions {
  /** The maximum number of notes. */
  readonly maxNotes?: number;
}

/**
 * Reads a Standard MIDI File.
 * @throws UnreadableMidiError when the bytes are no such file, or exceed {@link midiLimits}; the message says why
 */
export function parseMidi(bytes: Uint8Array, { maxNotes = midiLimits.notes }: ParseMidiOptions = {}): Song {
  const {
    ticksPerBeat,
    changes,
    leftOut,
    tempos,
    timeSignatures,
    lastNoteOn,
    end: fileEnd,
    tracks: scanned,
  } = scanMidi({ uploaded: bytes, maxNotes });
  const refuseLong = (notes: BarLinesParams["notes"]): void => {
    if (barCount(barLines({ timeSignatures, ticksPerBeat, notes })) > midiLimits.bars) refuseTooManyBars();
  };
  // A last note that begins too late is refused before anything is parsed, even if it has no length.
  refuseLong([{ startTick: lastNoteOn, durationTicks: 0 }]);
  const read = scanned.map(readTrack);

  const tracks: MidiTrack[] = [];
  let nextIndex = read.length;
  read.forEach(({ channels, end }, chunk) => {
    const { name = "", leftOut: leftOutByChannel, mixes } = scanned[chunk] ?? {};
    const sounding = [...channels]
      .map(([channel, events]) => {
        const leftOut = leftOutByChannel?.get(channel) ?? new Tally<ChannelKind>();
        return { channel, program: events.program, notes: channelNotes(events, end, leftOut), leftOut };
      })
      .filter(({ notes }) => notes.length > 0)
      .sort((one, other) => one.channel - other.channel);
    sounding.forEach(({ channel, program, notes, leftOut: leftOutOfChannel }, position) => {
      const index = position === 0 ? chunk : nextIndex++;
      tracks.push({
        index,
        name: name === "" ? `Track ${index + 1}` : position === 0 ? name : `${name} (channel ${channel + 1})`,
        program,
        isDrums: channel === drumChannel,
        mix: mixes?.get(channel) ?? {},
        notes: notes.sort(byStart),
        leftOut: leftOutOfChannel,
      });
    });
  });
  tracks.sort((one, other) => one.index - other.index);
  if (tracks.length === 0) unreadable("NO_NOTES", "no note of the file lasts any time");

  refuseLong(tracks.flatMap(({ notes }) => notes));
  return {
    ticksPerBeat,
    tempos,
    timeSignatures: timeSignaturesFromStart(timeSignatures),
    end: fileEnd,
    tracks,
    changes,
    leftOut,
  };
}
