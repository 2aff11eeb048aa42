/**
 * Writes Standard MIDI Files. It knows the notes of a piece and nothing of what else is kept of one, so that a browser
 * can write files, too.
 */
import { encode } from "json-midi-encoder-worker/build/es2019/midi-file-encoder";
import type { IMidiFile, IMidiTimeSignatureEvent, TMidiEvent } from "midi-json-parser-worker";
import { plainText } from "../schemas/text";
import { endTick, lastingTicks, type MidiNote } from "./midi-note";
import type { TempoSign } from "./midi-scan";
import { barShapes, type PieceTimeSignature, stepsPerQuarter, ticksPerBar, timeSignatureOf } from "./time-signatures";

/** A track as it is played. */
export interface PlayedTrack {
  readonly name: string;
  readonly program: number;
  readonly isDrums?: boolean | undefined;
  /** Values of the controllers channel volume and pan, 0-127. */
  readonly volume?: number | undefined;
  readonly pan?: number | undefined;
  readonly notes: readonly MidiNote[];
}

/** A piece as it is played. */
export interface PlayedPiece {
  readonly ticksPerBeat: number;
  readonly tempo: number;
  readonly bars: number;
  /** Absent in 4/4. */
  readonly timeSignature?: PieceTimeSignature | undefined;
  /** Changes of the tempo after the beginning, in order of their ticks. */
  readonly tempos?: readonly TempoSign[] | undefined;
  readonly tracks: readonly PlayedTrack[];
}

/** Returns the notes, each cut where its pitch begins again: a MIDI file cannot say which of two equal notes ends. */
function notesApart(notes: readonly MidiNote[]): MidiNote[] {
  const nextStarts = new Map<number, number>();
  return [...notes]
    .reverse()
    .sort((one, other) => other.startTick - one.startTick)
    .map((note) => {
      const next = nextStarts.get(note.pitch) ?? Infinity;
      if (note.startTick < next) nextStarts.set(note.pitch, note.startTick);
      return note.startTick < next
        ? { ...note, durationTicks: Math.min(note.durationTicks, next - note.startTick) }
        : note;
    })
    .reverse();
}

interface TimedEvent {
  readonly tick: number;
  /**
   * The order of events at one tick. Settings come first, then ends, then beginnings, so that a repeated note is not
   * cut off at once.
   */
  readonly rank: number;
  readonly at: (delta: number) => TMidiEvent;
}

function withDeltas(events: readonly TimedEvent[], endsAt: number): TMidiEvent[] {
  const sorted = [...events].sort((one, other) => one.tick - other.tick || one.rank - other.rank);
  let last = 0;
  const timed = sorted.map(({ tick, at }) => {
    const event = at(tick - last);
    last = tick;
    return event;
  });
  return [...timed, { delta: endsAt - last, endOfTrack: true }];
}

/** MIDI channel 10, counted from 0. */
export const drumChannel = 9;
/** MIDI channels in the order in which tracks take them. The channel of the drums is left out. */
const melodicChannels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15];

/**
 * Returns the channel of each track. Where tracks are more than channels, those of one program share channels, so that
 * each of the first 15 programs keeps its sound. Further programs share with the others, whose sound they may take.
 */
export function channelsOf(tracks: readonly Pick<PlayedTrack, "program" | "isDrums">[]): number[] {
  const count = melodicChannels.length;
  const melodic = tracks.flatMap(({ isDrums }, index) => (isDrums === true ? [] : [index]));
  const places = new Map<number, number>();
  if (tracks.length <= count) for (const index of melodic) places.set(index, index);
  else {
    // A program's first track has a channel of its own before any other has a second one.
    const firsts = melodic.filter((index) => tracks.findIndex(isMelodicOf(tracks[index]?.program)) === index);
    const owners = [...firsts, ...melodic.filter((index) => !firsts.includes(index))].slice(0, count);
    owners.sort((one, other) => one - other).forEach((index, place) => places.set(index, place));
    const sharers = new Map<number, number>();
    for (const index of melodic.filter((track) => !places.has(track))) {
      const program = tracks[index]?.program;
      const alike = owners.filter((owner) => tracks[owner]?.program === program);
      const shared = alike.length === 0 ? owners : alike;
      const [owner = 0] = [...shared].sort((one, other) => (sharers.get(one) ?? 0) - (sharers.get(other) ?? 0));
      sharers.set(owner, (sharers.get(owner) ?? 0) + 1);
      places.set(index, places.get(owner) ?? 0);
    }
  }
  return tracks.map((_, index) => melodicChannels[places.get(index) ?? -1] ?? drumChannel);
}

const isMelodicOf =
  (program: number | undefined) =>
  (track: Pick<PlayedTrack, "program" | "isDrums">): boolean =>
    track.isDrums !== true && track.program === program;

/** MIDI clocks in a quarter note. */
const clocksPerQuarter = 24;

/** Returns the time signature as an event of a file, which also says how many MIDI clocks the counted beat has. */
function timeSignatureEvent(timeSignature: PieceTimeSignature): IMidiTimeSignatureEvent["timeSignature"] {
  const [numerator = 4, denominator = 4] = timeSignature.split("/").map(Number);
  const metronome = (clocksPerQuarter * barShapes[timeSignature].beatSteps) / stepsPerQuarter;
  return { numerator, denominator, metronome, thirtyseconds: 8 };
}

/** Numbers of MIDI controllers. */
const volumeController = 7;
const panController = 10;

/**
 * Returns the piece as a Standard MIDI File of format 1. Tempo and time signature stand in the first track, so that
 * track numbers of the file and of the piece are the same. Names are in UTF-8. A note lasts a tick at least. Equal
 * pieces give equal bytes.
 */
export function writePlayedPiece(piece: PlayedPiece): Uint8Array {
  const lastingTracks = piece.tracks.map((track) => ({
    ...track,
    notes: track.notes.map((note) => ({ ...note, durationTicks: lastingTicks(note.durationTicks) })),
  }));
  const lastTick = Math.max(
    piece.bars * ticksPerBar(timeSignatureOf(piece), piece.ticksPerBeat),
    ...lastingTracks.flatMap(({ notes }) => notes.map(endTick)),
  );
  const channels = channelsOf(piece.tracks);
  const tracks = lastingTracks.map(({ name, program, isDrums, notes, volume, pan }, index) => {
    const channel = channels[index] ?? 0;
    const settings: TimedEvent[] = [{ tick: 0, rank: 0, at: (delta) => ({ delta, trackName: plainText(name, 100) }) }];
    if (index === 0) {
      const timeSignature = timeSignatureEvent(timeSignatureOf(piece));
      for (const { tick, beatsPerMinute } of [{ tick: 0, beatsPerMinute: piece.tempo }, ...(piece.tempos ?? [])]) {
        const setTempo = { microsecondsPerQuarter: Math.round(60_000_000 / beatsPerMinute) };
        settings.push({ tick, rank: 0, at: (delta) => ({ delta, setTempo }) });
      }
      settings.push({ tick: 0, rank: 0, at: (delta) => ({ delta, timeSignature }) });
    }
    // On the channel of the drums a program would choose a set of drums, which not every player has.
    if (isDrums !== true) {
      const programChange = { programNumber: program };
      settings.push({ tick: 0, rank: 1, at: (delta) => ({ delta, channel, programChange }) });
    }
    for (const [type, value] of [
      [volumeController, volume],
      [panController, pan],
    ] as const) {
      if (value === undefined) continue;
      settings.push({ tick: 0, rank: 1, at: (delta) => ({ delta, channel, controlChange: { type, value } }) });
    }
    const sounding = notesApart(notes).flatMap((note): TimedEvent[] => {
      const noteOn = { noteNumber: note.pitch, velocity: note.velocity };
      const noteOff = { noteNumber: note.pitch, velocity: 64 };
      return [
        { tick: note.startTick, rank: 3, at: (delta) => ({ delta, channel, noteOn }) },
        { tick: endTick(note), rank: 2, at: (delta) => ({ delta, channel, noteOff }) },
      ];
    });
    return withDeltas([...settings, ...sounding], lastTick);
  });
  const file: IMidiFile = { division: piece.ticksPerBeat, format: 1, tracks };
  return new Uint8Array(encode(file));
}
