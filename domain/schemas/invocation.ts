/**
 * Request and response of `POST /invocations` (contracts/invocation-request, -response, -error). The response comes
 * from a container that runs a model made of a user's data. So it is untrusted until it is parsed, and everything in it
 * is bounded.
 */
import * as z from "zod";
import type { TrainedTechniqueId } from "../../naming/resource-names";
import { maxMelodyBars } from "../music/input-limits";
import type { ModelNote } from "../music/melody";
import { barShapes, type WrittenBarShape } from "../music/time-signatures";
import { phraseEndsSchema, remarksSchema } from "./composition-parts";
import { metricsSchema } from "./metrics";

/** The maximum number of notes that a melody may have for each of its steps. */
export const maxNotesPerStep = 8;

/** Returns the maximum number of notes that a melody of so many steps may have (contracts/cases/invocation-melody.json). */
export const maxMelodyNotes = (steps: number): number => steps * maxNotesPerStep;

/** Returns true if a note ends inside a piece of so many steps (contracts/cases/invocation-melody.json). */
export const endsInside = ({ onset, duration }: Pick<ModelNote, "onset" | "duration">, steps: number): boolean =>
  onset + duration <= steps;

const lastStep = maxMelodyBars * barShapes["4/4"].steps;
const notesPerTrack = 16_384;
const tracks = 16;
/**
 * The maximum number of edit events: a hundred passes of 32 edits for every eight bars. As JSON they have at most 2.4 MB,
 * and a response of Lambda may have 6 MB.
 */
export const maxEditEvents = 100 * 32 * (maxMelodyBars / 8);
/** The maximum number of notes of a re-written melody: an edit in the middle of a note makes two of it. */
const rewrittenNotes = maxMelodyNotes(lastStep) + maxEditEvents;

export interface InvocationRequest {
  readonly schemaVersion: 1;
  readonly technique: TrainedTechniqueId;
  /** The model. One without a URL is a stock model, which the image holds. */
  readonly model: { readonly sha256: string; readonly bytes: number; readonly url?: string };
  readonly seed: number;
  readonly melody: WrittenBarShape & {
    readonly bars: number;
    /** Tempo in quarter notes a minute. Without it, the technique has no parameters in seconds. */
    readonly tempo?: number;
    readonly notes: readonly ModelNote[];
  };
  /** The other tracks of the piece, for a technique that hears them. */
  readonly tracks?: readonly {
    readonly name: string;
    readonly program: number;
    readonly notes: readonly ModelNote[];
  }[];
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
}

const noteSchema = z.object({
  onset: z
    .int()
    .min(0)
    .max(lastStep - 1),
  duration: z.int().min(1).max(lastStep),
  pitch: z.int().min(0).max(127),
  velocity: z.int().min(1).max(127),
});

/** One edit of one cell, which is a pitch at a sixteenth. */
export const editEventSchema = z.object({
  /** Sixteenths from the beginning of the piece. */
  step: z
    .int()
    .min(0)
    .max(lastStep - 1),
  pitch: z.int().min(0).max(127),
  kind: z.enum(["add", "remove"]),
  /** True if the cell sounded in the input. */
  original: z.boolean(),
  /** Number of the pass, from 0. The edits of one pass were chosen together. */
  pass: z.int().min(0).max(999),
  /** The probability that this cell should be changed, as the model gave it just before the edit. */
  probability: z.number().min(0).max(1),
});
export type EditEvent = z.infer<typeof editEventSchema>;

export const invocationResponseSchema = z.object({
  schemaVersion: z.literal(1),
  technique: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  modelSha256: z.string().regex(/^[0-9a-f]{64}$/),
  tracks: z
    .array(
      z.object({
        name: z.string().min(1).max(64),
        program: z.int().min(0).max(127),
        /** Present if the track's pitches stand for drums. */
        isDrums: z.literal(true).optional(),
        notes: z.array(noteSchema).max(notesPerTrack),
      }),
    )
    .max(tracks),
  /** The piece that takes the melody's place, if the technique re-wrote it. */
  melody: z.object({ notes: z.array(noteSchema).max(rewrittenNotes) }).optional(),
  phraseEnds: phraseEndsSchema.optional(),
  remarks: remarksSchema.optional(),
  metrics: metricsSchema.refine((metrics) => Object.keys(metrics).length <= 64, "has more than 64 metrics"),
  editEvents: z.array(editEventSchema).max(maxEditEvents).optional(),
  /** Where the new music begins, if the technique went on with the melody, and the bars of the piece as it is now. */
  continuation: z
    .object({
      firstStep: z
        .int()
        .min(0)
        .max(lastStep - 1),
      bars: z.int().min(1).max(maxMelodyBars),
    })
    .optional(),
  seconds: z.number().min(0),
});
export type InvocationResponse = z.infer<typeof invocationResponseSchema>;

export const invocationErrorSchema = z.object({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/),
  message: z.string().min(1).max(4096),
  /** The broken fields of a BAD_REQUEST, as far as they are listed. */
  errors: z
    .array(
      z.object({
        pointer: z.string().max(512),
        value: z.string().max(80).nullable(),
        allowed: z.string().min(1).max(1024),
      }),
    )
    .max(50)
    .optional(),
});
