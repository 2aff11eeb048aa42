/**
 * The parts from which a composition is made and those that it holds. The API, the worker and the rows share these
 * schemas.
 */
import * as z from "zod";
import { instrumentPresets } from "../music/instrument-presets";
import { pieceTimeSignatures } from "../music/time-signatures";
import { sha256Schema, ulidSchema } from "./ids";
import { metricsSchema } from "./metrics";

export const trackDescriptionSchema = z.strictObject({
  index: z.int().min(0),
  name: z.string(),
  program: z.int().min(0).max(127),
  noteCount: z.int().min(0),
});

/** A stretch of bars, counted from 1, that do not have four quarter notes. */
export const otherTimeSignatureSchema = z.strictObject({
  firstBar: z.int().min(1),
  lastBar: z.int().min(1),
  timeSignature: z.string(),
});

export const modelReferenceSchema = z.strictObject({
  id: z.string().min(1).max(64),
  stock: z.boolean(),
  sha256: sha256Schema,
  bytes: z.int().min(1),
});

export type ModelReference = z.infer<typeof modelReferenceSchema>;

export const compositionInputSchema = z.union([
  z.strictObject({ sampleMelodyId: z.string().min(1).max(64) }),
  z.strictObject({ trackId: ulidSchema }),
  z.strictObject({ compositionId: ulidSchema, trackIndex: z.int().min(0).max(63).optional() }),
]);

export type CompositionInput = z.infer<typeof compositionInputSchema>;

export const inputOptionsSchema = z.strictObject({
  tempo: z.number().min(40).max(160).optional(),
  transpose: z.int().min(-12).max(12).optional(),
  rhythmAssist: z.boolean().optional(),
  startBar: z.int().min(1).max(100_000).optional(),
  bars: z.int().min(1).max(64).optional(),
  allTracks: z.boolean().optional(),
  extendedTracks: z.array(z.int().min(0).max(65_535)).min(1).max(64).optional(),
});

export type InputOptions = z.infer<typeof inputOptionsSchema>;

export const maxSeed = 2_147_483_647;
/** The maximum number of variations of one request. */
export const maxVariations = 8;

/** The sixteenths at which notes of the tune begin that end a phrase. A piece has at most 1,024 sixteenths. */
export const phraseEndsSchema = z.array(z.int().min(0).max(1023)).max(1024);

/** The maximum numbers of remarks, and of UTF-16 code units of one. */
export const maxRemarks = 8;
export const maxRemarkLength = 500;

/** Sentences of a technique about a piece, such as that a voice rests throughout. */
export const remarksSchema = z.array(z.string().min(1).max(maxRemarkLength)).max(maxRemarks);

/** How a piece is performed: what is added to its notes in the MIDI file. */
export const performanceOptionsSchema = z.strictObject({
  dynamics: z.boolean(),
  mix: z.boolean(),
  breaths: z.boolean(),
  ritardando: z.boolean(),
  instruments: z.enum(instrumentPresets),
});

export type PerformanceOptions = z.infer<typeof performanceOptionsSchema>;

/** Where a track's notes are from. An extended track has those of the input, and goes on with written ones. */
export const trackSources = ["input", "generated", "extended"] as const;

export const compositionOutputSchema = z.strictObject({
  bars: z.int().min(1),
  tempo: z.number(),
  /** Absent in 4/4. */
  timeSignature: z.enum(pieceTimeSignatures).optional(),
  tracks: z.array(
    z.strictObject({
      index: z.int().min(0),
      name: z.string(),
      program: z.int().min(0).max(127),
      noteCount: z.int().min(0),
      source: z.enum(trackSources),
      /** Present on a track that is written, or goes on, from a seam: the bar in which its first new note can begin. */
      generatedFromBar: z.int().min(1).optional(),
      /** Present if the track's pitches stand for drums. */
      isDrums: z.literal(true).optional(),
    }),
  ),
  metrics: metricsSchema,
  editEventCount: z.int().min(0).optional(),
  remarks: remarksSchema.optional(),
});

export type CompositionOutput = z.infer<typeof compositionOutputSchema>;
