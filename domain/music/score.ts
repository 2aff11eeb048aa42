/** A finished piece, which a composition keeps. */
import * as z from "zod";
import { type CompositionOutput, trackSources } from "../schemas/composition-parts";
import type { Metrics } from "../schemas/metrics";
import { barsWithNotes } from "./bars-with-notes";
import { cellOf, soundingCells } from "./edit-events";
import type { PitchSpan } from "./input-limits";
import { type Melody, type ModelNote, pitchSpan, stretchesOf, tickOfStep, toGrid, withWholeSteps } from "./melody";
import { endTick, lastingTicks, type MidiNote, shortestNote } from "./midi-note";
import type { TempoSign } from "./midi-scan";
import { writePlayedPiece } from "./midi-writer";
import { rewrittenMelody } from "./rewritten-melody";
import { type PieceTimeSignature, pieceTimeSignatures, ticksPerBar, timeSignatureOf } from "./time-signatures";

const noteSchema = z.strictObject({
  startTick: z.number().min(0),
  // Files of earlier versions may have shorter notes, which are read as the shortest.
  durationTicks: z.number().min(0).transform(lastingTicks).pipe(z.number().min(shortestNote)),
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

/** Returns the piece as a MIDI file, in the form of {@link writePlayedPiece}. */
export const writeMidi = (score: PerformedScore): Uint8Array => writePlayedPiece(score);
