/**
 * Request and answer of `POST /invocations` (contracts/invocation-request, -answer, -error). The answer comes from a
 * container that runs a model made of a user's data: hostile until parsed, and bounded in every direction.
 */
import * as z from "zod";
import { longestMelodyBars, stepsPerBar, stepsPerBeat, beatsPerBar, type GridNote } from "../music/melody";
import type { TechniqueId } from "../names/resource-names";
import { metricsSchema } from "./metrics";

const lastStep = longestMelodyBars * stepsPerBar;
const notesPerTrack = 16_384;
const tracks = 16;
const editEvents = 100_000;

export interface InvocationRequest {
  readonly schemaVersion: 1;
  readonly technique: TechniqueId;
  /** Without a URL: a stock model, which the image holds. */
  readonly model: { readonly sha256: string; readonly bytes: number; readonly url?: string };
  readonly seed: number;
  readonly melody: {
    readonly stepsPerBeat: typeof stepsPerBeat;
    readonly beatsPerBar: typeof beatsPerBar;
    readonly bars: number;
    readonly notes: readonly GridNote[];
  };
  readonly parameters: Readonly<Record<string, number | boolean | string>>;
}

const noteSchema = z
  .object({
    onset: z
      .int()
      .min(0)
      .max(lastStep - 1),
    duration: z.int().min(1).max(lastStep),
    pitch: z.int().min(0).max(127),
    velocity: z.int().min(1).max(127),
  })
  .refine(({ onset, duration }) => onset + duration <= lastStep, "ends after the longest piece");

export const editEventSchema = z.object({
  step: z.int().min(0).max(lastStep),
  pitch: z.int().min(0).max(127),
  kind: z.enum(["add", "remove"]),
  original: z.boolean(),
  pass: z.int().min(0),
  probability: z.number().min(0).max(1),
});

export const invocationAnswerSchema = z.object({
  schemaVersion: z.literal(1),
  technique: z.string(),
  modelSha256: z.string().regex(/^[0-9a-f]{64}$/),
  tracks: z
    .array(
      z.object({
        name: z.string().min(1).max(64),
        program: z.int().min(0).max(127),
        notes: z.array(noteSchema).max(notesPerTrack),
      }),
    )
    .max(tracks),
  metrics: metricsSchema.refine((metrics) => Object.keys(metrics).length <= 64, "has more than 64 metrics"),
  editEvents: z.array(editEventSchema).max(editEvents).optional(),
  seconds: z.number().min(0),
});
export type InvocationAnswer = z.infer<typeof invocationAnswerSchema>;

export const invocationErrorSchema = z.object({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/),
  message: z.string().min(1).max(4096),
});
export type InvocationError = z.infer<typeof invocationErrorSchema>;
