/**
 * Standard MIDI files in, songs out (The Complete MIDI 1.0 Detailed Specification, "Standard MIDI Files 1.0").
 *
 * midi-json-parser's core reads the notes and programs (the package's public entry needs a browser's Worker), from the
 * plain file that {@link scanMidi} makes of the uploaded one; the scan knows the rest.
 */
import type {
  IMidiNoteOffEvent,
  IMidiNoteOnEvent,
  IMidiProgramChangeEvent,
  IMidiTextEvent,
} from "midi-json-parser-worker";
import { parseArrayBuffer } from "midi-json-parser-worker/build/es2019/midi-file-parser";
import { barCount, barLines, metresFromStart } from "./bar-lines";
import { midiLimits, unreadable } from "./byte-reader";
import { Tally, type ChannelKind, type FileKind } from "./left-out-events";
import type { MidiNote } from "./midi-note";
import { scanMidi, type MetreSign, type TempoSign } from "./midi-scan";

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
  readonly metres: readonly [MetreSign, ...MetreSign[]];
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
const isText = (event: MidiJsonEvent): event is IMidiTextEvent => "text" in event;
interface ChannelNotes {
  program: number;
  readonly notes: MidiNote[];
}

/** Notes of one chunk as they begin and end. The scan has seen to it that every note ends before its pitch begins again. */
class NotePairs {
  readonly channels = new Map<number, ChannelNotes>();
  private readonly sounding = new Map<number, { readonly startTick: number; readonly velocity: number }>();

  begin(tick: number, channel: number, pitch: number, velocity: number): void {
    this.sounding.set(channel * 128 + pitch, { startTick: tick, velocity });
  }

  end(tick: number, channel: number, pitch: number): void {
    const started = this.sounding.get(channel * 128 + pitch);
    if (started === undefined || tick <= started.startTick) return;
    const { startTick, velocity } = started;
    this.ofChannel(channel).notes.push({ startTick, durationTicks: tick - startTick, pitch, velocity });
  }

  /** Later changes are ignored: one track, one instrument. */
  setProgram(channel: number, program: number): void {
    const known = this.ofChannel(channel);
    if (known.notes.length === 0) known.program = program;
  }

  private ofChannel(channel: number): ChannelNotes {
    const known = this.channels.get(channel) ?? { program: 0, notes: [] };
    this.channels.set(channel, known);
    return known;
  }
}

function readTrack(events: readonly MidiJsonEvent[]): ReadonlyMap<number, ChannelNotes> {
  const pairs = new NotePairs();
  let tick = 0;
  for (const event of events) {
    tick += event.delta;
    if (isNoteOn(event)) pairs.begin(tick, event.channel, event.noteOn.noteNumber, event.noteOn.velocity);
    else if (isNoteOff(event)) pairs.end(tick, event.channel, event.noteOff.noteNumber);
    else if (isProgramChange(event)) pairs.setProgram(event.channel, event.programChange.programNumber);
    else if (isText(event)) tick += Number(event.text);
  }
  return pairs.channels;
}

const byStart = (one: MidiNote, other: MidiNote): number => one.startTick - other.startTick || one.pitch - other.pitch;

/**
 * Reads a Standard MIDI File of format 0 or 1.
 * @throws UnreadableMidiError when the bytes are no such file, or exceed {@link midiLimits}; the message says why.
 */
export function parseMidi(bytes: Uint8Array): Song {
  const { division, changes, leftOut, tempos, metres, tracks: scanned, plainFile } = scanMidi(bytes);
  const read = parseArrayBuffer(plainFile).tracks.map(readTrack);

  const tracks: MidiTrack[] = [];
  let nextIndex = read.length;
  read.forEach((channels, chunk) => {
    const { name = "", leftOut: leftOutByChannel } = scanned[chunk] ?? {};
    const sounding = [...channels].filter(([, { notes }]) => notes.length > 0).sort(([one], [other]) => one - other);
    sounding.forEach(([channel, { program, notes }], position) => {
      const index = position === 0 ? chunk : nextIndex++;
      tracks.push({
        index,
        name: name === "" ? `Track ${index + 1}` : position === 0 ? name : `${name} (channel ${channel + 1})`,
        program,
        isDrums: channel === drumChannel,
        notes: notes.sort(byStart),
        leftOut: leftOutByChannel?.get(channel) ?? new Tally<ChannelKind>(),
      });
    });
  });
  tracks.sort((one, other) => one.index - other.index);
  if (tracks.length === 0) unreadable("no note of the file lasts any time");

  const allNotes = tracks.flatMap(({ notes }) => notes);
  const bars = barCount(barLines({ metres, ticksPerBeat: division, notes: allNotes }));
  if (bars > midiLimits.bars) unreadable(`the music is more than ${midiLimits.bars} bars long`);
  return { ticksPerBeat: division, tempos, metres: metresFromStart(metres), tracks, changes, leftOut };
}
