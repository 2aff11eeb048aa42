/**
 * Standard MIDI files in, songs out (The Complete MIDI 1.0 Detailed Specification, "Standard MIDI Files 1.0").
 *
 * midi-json-parser's core reads the notes and programs (the package's public entry needs a browser's Worker), from what
 * {@link scanMidi} leaves of the uploaded file; the scan knows the rest. Which end belongs to which note is decided here.
 */
import type { IMidiNoteOffEvent, IMidiNoteOnEvent, IMidiProgramChangeEvent } from "midi-json-parser-worker";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
import { barCount, barLines, type BarLinesParams, timeSignaturesFromStart } from "./bar-lines";
import { midiLimits, refuseTooManyBars, unreadable } from "./byte-reader";
import { type ChannelKind, type FileKind, Tally } from "./left-out-events";
import type { MidiNote } from "./midi-note";
import { scanMidi, type ScannedTrack, type TempoSign, type TimeSignature } from "./midi-scan";
import { KeyEvents } from "./note-pairing";

export interface MidiTrack {
  /** Index of the track chunk; further channels of one chunk are numbered after the last chunk. */
  readonly index: number;
  readonly name: string;
  /** General MIDI program, 0-127. */
  readonly program: number;
  /** Whether it is on channel 10, where pitches stand for drums. */
  readonly isDrums: boolean;
  /** By start, then pitch. */
  readonly notes: readonly MidiNote[];
  /** What was mended or left out in it. */
  readonly leftOut: Tally<ChannelKind>;
}

export interface Song {
  readonly ticksPerBeat: number;
  /** In order of their ticks; none where the file has none. */
  readonly tempos: readonly TempoSign[];
  /** In order of their ticks, one for each tick, the first at the beginning: 4/4 where the file has none there. */
  readonly timeSignatures: readonly [TimeSignature, ...TimeSignature[]];
  /** Only tracks with notes. */
  readonly tracks: readonly MidiTrack[];
  /** What was mended or left out of chunks and events, in words for the person who uploaded the file. */
  readonly changes: readonly string[];
  /** What was left out of the file as a whole. */
  readonly leftOut: Tally<FileKind>;
}

const drumChannel = 9;
const defaultTempo = 120;

/** Beats (quarter notes) a minute at a tick: 120 until the first sign, as the standard says. */
export function tempoAt({ tempos }: Pick<Song, "tempos">, tick: number): number {
  return tempos.findLast((sign) => sign.tick <= tick)?.beatsPerMinute ?? defaultTempo;
}

type MidiJsonEvent = ReturnType<typeof parseArrayBuffer>["tracks"][number][number];

// The parser's event types carry an index signature, so that `in` alone narrows nothing.
const isNoteOn = (event: MidiJsonEvent): event is IMidiNoteOnEvent => "noteOn" in event;
const isNoteOff = (event: MidiJsonEvent): event is IMidiNoteOffEvent => "noteOff" in event;
const isProgramChange = (event: MidiJsonEvent): event is IMidiProgramChangeEvent => "programChange" in event;

/** What the parser read of one channel of a track chunk. */
interface ChannelEvents {
  program: number;
  /** By pitch. */
  readonly keys: Map<number, KeyEvents>;
}

interface ReadTrack {
  readonly channels: ReadonlyMap<number, ChannelEvents>;
  /** The tick at which the track ends, and with it what still sounds. */
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

/** The notes of one channel; what was mended or left out of them is added to `leftOut`. */
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

/**
 * Reads a Standard MIDI File of format 0 or 1.
 * @throws UnreadableMidiError when the bytes are no such file, or exceed {@link midiLimits}; the message says why.
 */
export function parseMidi(bytes: Uint8Array): Song {
  const { division, changes, leftOut, tempos, timeSignatures, lastNoteOn, tracks: scanned } = scanMidi(bytes);
  const refuseLong = (notes: BarLinesParams["notes"]): void => {
    if (barCount(barLines({ timeSignatures, ticksPerBeat: division, notes })) > midiLimits.bars) refuseTooManyBars();
  };
  // What begins too late is refused before anything is parsed, also where it has no length.
  refuseLong([{ startTick: lastNoteOn, durationTicks: 0 }]);
  const read = scanned.map(readTrack);

  const tracks: MidiTrack[] = [];
  let nextIndex = read.length;
  read.forEach(({ channels, end }, chunk) => {
    const { name = "", leftOut: leftOutByChannel } = scanned[chunk] ?? {};
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
        notes: notes.sort(byStart),
        leftOut: leftOutOfChannel,
      });
    });
  });
  tracks.sort((one, other) => one.index - other.index);
  if (tracks.length === 0) unreadable("no note of the file lasts any time");

  refuseLong(tracks.flatMap(({ notes }) => notes));
  return {
    ticksPerBeat: division,
    tempos,
    timeSignatures: timeSignaturesFromStart(timeSignatures),
    tracks,
    changes,
    leftOut,
  };
}
