/**
 * The parts from which a training is made and what it reports. The API, the workflow and the rows share these schemas.
 */
import * as z from "zod";
import { lineUps } from "../music/extraction/line-ups";
import { licenseKinds } from "./dataset-parts";
import { sha256Schema } from "./ids";

/** What the card of a model says beside that of a user's own data set. Its bars are those of one license. */
const ownDatasetFactsShape = {
  /** Marks music of a user: no title, path or rare tag of it stands on a card. */
  private: z.literal(true).optional(),
  lineUp: z.enum(lineUps).optional(),
  /** The number of the rule by which the files were read. */
  extractionRule: z.int().min(1).optional(),
  bars: z.int().min(1).optional(),
  /** The share of the bars of each kind of license. */
  licenseKinds: z
    .partialRecord(z.enum(licenseKinds), z.number().min(0).max(1))
    .refine((shares) => Object.keys(shares).length > 0, "at least one kind of license")
    .optional(),
};

export type OwnDatasetFacts = z.infer<z.ZodObject<typeof ownDatasetFactsShape>>;

/** The data set of a model. `licence` keeps its British name, because stored rows and published model cards have it. */
export const modelDatasetSchema = z.strictObject({
  id: z.string(),
  version: z.string(),
  sha256: sha256Schema,
  licence: z.string(),
  pieces: z.int().min(0),
  topics: z.record(z.string(), z.array(z.string())),
  ...ownDatasetFactsShape,
});

export const modelLimitsSchema = z.looseObject({
  maxBars: z.int().min(1),
  /** With `beatsPerBar` the shape of its bars, which rows of the first models, in 4/4, may lack. */
  stepsPerBeat: z.int().optional(),
  beatsPerBar: z.int().optional(),
});

export const datasetReferenceSchema = z.strictObject({ id: z.string(), version: z.string(), sha256: sha256Schema });

export type DatasetReference = z.infer<typeof datasetReferenceSchema>;

export const trainingProgressSchema = z.strictObject({
  /** Number of completed epochs. */
  epoch: z.int().min(0),
  epochs: z.int().min(1),
  percent: z.number().min(0).max(100),
  secondsRemaining: z.number().min(0).optional(),
});

export const convergenceSchema = z.strictObject({
  state: z.enum(["fluctuating", "settling", "converged"]),
  sinceEpoch: z.int().min(1).optional(),
});

export type Convergence = z.infer<typeof convergenceSchema>;

export const endReasons = ["EPOCHS_COMPLETED", "EARLY_STOPPING", "TIME_LIMIT", "USER_STOP", "FAILURE"] as const;

export type EndReason = (typeof endReasons)[number];

export const trainingUsageSchema = z.strictObject({
  trainingSeconds: z.number().min(0),
  billableSeconds: z.number().min(0),
});
