/** A finished piece, which a composition keeps and from which its MIDI file is written. */
import { encode } from "json-midi-encoder-worker/build/es2019/midi-file-encoder";
import type { IMidiFile, IMidiTimeSignatureEvent, TMidiEvent } from "midi-json-parser-worker";
import * as z from "zod";
import { type CompositionOutput, trackSources } from "../schemas/composition-parts";
import type { Metrics } from "../schemas/metrics";
import { plainText } from "../schemas/text";
import { barsWithNotes } from "./bars-with-notes";
import { cellOf, soundingCells } from "./edit-events";
import type { PitchSpan } from "./input-limits";
import {
  type Melody,
  type ModelNote,
  pitchSpan,
  stepsPerBeat,
  stretchesOf,
  tickOfStep,
  toGrid,
  withWholeSteps,
} from "./melody";
import { endTick, type MidiNote } from "./midi-note";
import type { TempoSign } from "./midi-scan";
import { rewrittenMelody } from "./rewritten-melody";
import { barShapes, type PieceTimeSignature, pieceTimeSignatures, ticksPerBar } from "./time-signatures";

/** The shortest note, in ticks. Of a shorter one, a file would tell the end before the beginning. */
const shortestNote = 1;
const lasting = (ticks: number): number => Math.max(shortestNote, ticks);

const noteSchema = z.strictObject({
  startTick: z.number().min(0),
  // Files of earlier versions may have shorter notes, which are read as the shortest.
  durationTicks: z.number().min(0).transform(lasting).pipe(z.number().min(shortestNote)),
  pitch: z.int().min(0).max(127),
  velocity: z.int().min(1).max(127),
});

/** Values of the controllers channel volume and pan, 0-127. A pan of 64 is the middle. */
const mixSchema = z.strictObject({ volume: z.int().min(0).max(127), pan: z.int().min(0).max(127) });
export type Mix = z.infer<typeof mixSchema>;

export const scoreSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string(),
  ticksPerBeat: z.int().min(1).max(32_767),
  tempo: z.number(),
  bars: z.int().min(1),
  /** Absent in 4/4, and so in every piece of an earlier version. */
  timeSignature: z.enum(pieceTimeSignatures).optional(),
  tracks: z.array(
    z.strictObject({
      name: z.string(),
      program: z.int().min(0).max(127),
      source: z.enum(trackSources),
      /** Present on a track that is written, or goes on, from a seam: the tick at which its first new note can begin. */
      generatedFromTick: z.number().min(0).optional(),
      /** Present if the track's pitches stand for drums. */
      isDrums: z.literal(true).optional(),
      /** Present on a track of the input that a technique has written before: it is performed as it was then. */
      isWritten: z.literal(true).optional(),
      /** The place in the mix that the technique gives the track. Without it, a performance decides. */
      mix: mixSchema.optional(),
      notes: z.array(noteSchema),
    }),
  ),
});
export type Score = z.infer<typeof scoreSchema>;

type ScoreTrack = Score["tracks"][number];

/** Returns the time signature of a piece, or of what a row says of it. */
export const timeSignatureOf = (piece: {
  readonly timeSignature?: PieceTimeSignature | undefined;
}): PieceTimeSignature => piece.timeSignature ?? "4/4";

/** Returns the member that keeps a time signature. */
const kept = (timeSignature: PieceTimeSignature): Pick<Score, "timeSignature"> =>
  timeSignature === "4/4" ? {} : { timeSignature };

/** Returns the members of a score that its tracks have in common. */
export function sharedMembers({
  name,
  ticksPerBeat,
  tempo,
  bars,
  timeSignature,
}: Pick<Melody, "name" | "ticksPerBeat" | "tempo" | "bars" | "timeSignature">): Omit<Score, "tracks"> {
  return { schemaVersion: 1, name, ticksPerBeat, tempo, bars, ...kept(timeSignature) };
}

/** A track with the values of its controllers channel volume and pan, 0-127. */
export interface PerformedTrack extends ScoreTrack {
  readonly volume?: number;
  readonly pan?: number;
}

/** A piece as it is played. */
export interface PerformedScore extends Omit<Score, "tracks"> {
  readonly tracks: readonly PerformedTrack[];
  /** Changes of the tempo after the beginning, in order of their ticks. */
  readonly tempos?: readonly TempoSign[];
}

export interface GeneratedTrack {
  readonly name: string;
  readonly program: number;
  readonly isDrums?: boolean | undefined;
  readonly mix?: Mix | undefined;
  readonly notes: readonly ModelNote[];
}

export interface ComposeScoreParams {
  readonly name: string;
  readonly melody: Melody;
  /** The notes that take the melody's place, if the technique re-wrote it. */
  readonly rewritten?: readonly ModelNote[] | undefined;
  readonly generated: readonly GeneratedTrack[];
}

/** The median velocity of the sample melodies. Beside a melody of this loudness a model's own velocities are right. */
const usualVelocity = 90;

/**
 * Returns how a model's velocity is changed. Models write all notes equally loud; beside a soft melody they become
 * softer, beside a loud one louder.
 */
function besideMelody({ notes }: Melody): (velocity: number) => number {
  const velocities = notes.map(({ velocity }) => velocity).sort((one, other) => one - other);
  const median = velocities[Math.floor(velocities.length / 2)] ?? usualVelocity;
  return (velocity) => Math.min(127, Math.max(1, Math.round((velocity * median) / usualVelocity)));
}

interface GridTicks {
  readonly begin: (step: number) => number;
  readonly end: (step: number) => number;
}

/**
 * Returns functions that give the ticks at which notes of the grid begin and end beside a tune. A tune that is played off
 * the grid may begin later than the grid has it, and begin its last note or end earlier. Nothing begins before it, and
 * what begins or ends with its last note or with its end on the grid does so at the tune's own ticks. A tune that is early
 * at its first note or late at its last leaves the others on the grid. No note ends after the beginning of another one
 * that follows it on the grid.
 */
function ticksBeside(tune: Melody): GridTicks {
  const tickOf = (step: number): number => tickOfStep(step, tune.ticksPerBeat);
  const grid = toGrid(tune);
  const firstStep = Math.min(...grid.map(({ onset }) => onset));
  const lastStep = Math.max(...grid.map(({ onset }) => onset));
  const endStep = Math.max(...grid.map(({ onset, duration }) => onset + duration));
  const firstTick = Math.min(...tune.notes.map(({ startTick }) => startTick));
  const lastTick = Math.max(...tune.notes.map(({ startTick }) => startTick));
  const tuneEnds = Math.max(...tune.notes.map(endTick));
  return {
    begin: (step) =>
      step < firstStep || step > lastStep ? tickOf(step) : Math.min(Math.max(tickOf(step), firstTick), lastTick),
    end: (step) => {
      if (step > endStep) return tickOf(step);
      return Math.min(tickOf(step), step > lastStep ? tuneEnds : lastTick);
    },
  };
}

/**
 * Returns the notes that can be heard: those that have a length, and of notes that begin as one on the same pitch the
 * longest. A swung note beside a tune that is played off the grid may lose its length, or its distance to the next.
 */
function audibleNotes(notes: readonly MidiNote[]): MidiNote[] {
  const longest = new Map<string, MidiNote>();
  for (const note of notes) {
    const key = `${note.startTick}:${note.pitch}`;
    if (note.durationTicks > (longest.get(key)?.durationTicks ?? 0)) longest.set(key, note);
  }
  return [...longest.values()];
}

/**
 * Returns the piece: the melody, tick for tick, or the re-written piece in its place, and the generated tracks under it.
 */
export function composeScore({ name, melody: given, rewritten, generated }: ComposeScoreParams): Score {
  const level = besideMelody(given);
  const played = rewritten === undefined ? undefined : soundingCells(toGrid(given));
  // A note that sounded in the melody has the melody's velocity; the others have the model's, changed to that level.
  const leveled = rewritten?.map((note) =>
    played?.has(cellOf(note.onset, note.pitch)) === true ? note : { ...note, velocity: level(note.velocity) },
  );
  const melody = leveled === undefined ? withWholeSteps(given, generated) : rewrittenMelody(given, leveled);
  const { begin, end } = ticksBeside(melody);
  return {
    ...sharedMembers({ ...melody, name }),
    tracks: [
      {
        name: melody.name,
        program: melody.program,
        source: rewritten === undefined ? "input" : "generated",
        notes: [...melody.notes],
      },
      ...generated.map((track) => ({
        name: track.name,
        program: track.program,
        source: "generated" as const,
        ...(track.isDrums === true ? { isDrums: true as const } : {}),
        ...(track.mix === undefined ? {} : { mix: track.mix }),
        notes: audibleNotes(
          track.notes.map(({ onset, duration, pitch, velocity }) => ({
            startTick: begin(onset),
            durationTicks: end(onset + duration) - begin(onset),
            pitch,
            velocity: level(velocity),
          })),
        ),
      })),
    ],
  };
}

/** Returns one track of a finished piece as the melody of the next piece (chaining); undefined if it cannot be one. */
export function scoreMelody(score: Score, trackIndex: number): Melody | undefined {
  const track = score.tracks[trackIndex];
  if (track === undefined || track.notes.length === 0 || track.isDrums === true) return undefined;
  const { ticksPerBeat, tempo, bars } = score;
  const timeSignature = timeSignatureOf(score);
  return { name: track.name, program: track.program, ticksPerBeat, tempo, bars, timeSignature, notes: track.notes };
}

/** Returns the bars in which the notes of each track begin, in the form of {@link barsWithNotes}. */
export function scoreNoteBars(score: Score): string[] {
  const { bars, ticksPerBeat, tracks } = score;
  const stretches = stretchesOf({ bars, ticksPerBeat, timeSignature: timeSignatureOf(score) });
  return tracks.map(({ notes }) => barsWithNotes(stretches, notes));
}

/** Returns the lowest and the highest pitch of each track; nothing for a track without notes. */
export const scorePitchSpans = ({ tracks }: Pick<Score, "tracks">): (PitchSpan | null)[] =>
  tracks.map(({ notes }) => (notes.length === 0 ? null : pitchSpan(notes)));

/** Returns the output that the composition's resource shows of the piece. */
export function scoreOutput(score: Score, metrics: Metrics, editEventCount?: number): CompositionOutput {
  const barTicks = ticksPerBar(timeSignatureOf(score), score.ticksPerBeat);
  return {
    bars: score.bars,
    tempo: score.tempo,
    ...kept(timeSignatureOf(score)),
    tracks: score.tracks.map(({ name, program, source, generatedFromTick, isDrums, notes }, index) => ({
      index,
      name,
      program,
      noteCount: notes.length,
      source,
      ...(generatedFromTick === undefined ? {} : { generatedFromBar: 1 + Math.floor(generatedFromTick / barTicks) }),
      ...(isDrums === undefined ? {} : { isDrums }),
    })),
    metrics,
    ...(editEventCount === undefined ? {} : { editEventCount }),
  };
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
const drumChannel = 9;
/** MIDI channels in the order in which tracks take them. The channel of the drums is left out. */
const melodicChannels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15];

/**
 * Returns the channel of each track. Where tracks are more than channels, those of one program share channels, so that
 * each of the first 15 programs keeps its sound. Further programs share with the others, whose sound they may take.
 */
export function channelsOf(tracks: readonly Pick<ScoreTrack, "program" | "isDrums">[]): number[] {
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
  (track: Pick<ScoreTrack, "program" | "isDrums">): boolean =>
    track.isDrums !== true && track.program === program;

/** MIDI clocks in a quarter note. */
const clocksPerQuarter = 24;

/** Returns the time signature as an event of a file, which also says how many MIDI clocks the counted beat has. */
function timeSignatureEvent(timeSignature: PieceTimeSignature): IMidiTimeSignatureEvent["timeSignature"] {
  const [numerator = 4, denominator = 4] = timeSignature.split("/").map(Number);
  const metronome = (clocksPerQuarter * barShapes[timeSignature].beatSteps) / stepsPerBeat;
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
export function writeMidi(score: PerformedScore): Uint8Array {
  const lastingTracks = score.tracks.map((track) => ({
    ...track,
    notes: track.notes.map((note) => ({ ...note, durationTicks: lasting(note.durationTicks) })),
  }));
  const lastTick = Math.max(
    score.bars * ticksPerBar(timeSignatureOf(score), score.ticksPerBeat),
    ...lastingTracks.flatMap(({ notes }) => notes.map(endTick)),
  );
  const channels = channelsOf(score.tracks);
  const tracks = lastingTracks.map(({ name, program, isDrums, notes, volume, pan }, index) => {
    const channel = channels[index] ?? 0;
    const settings: TimedEvent[] = [{ tick: 0, rank: 0, at: (delta) => ({ delta, trackName: plainText(name, 100) }) }];
    if (index === 0) {
      const timeSignature = timeSignatureEvent(timeSignatureOf(score));
      for (const { tick, beatsPerMinute } of [{ tick: 0, beatsPerMinute: score.tempo }, ...(score.tempos ?? [])]) {
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
  const file: IMidiFile = { division: score.ticksPerBeat, format: 1, tracks };
  return new Uint8Array(encode(file));
}
