/**
 * The schemas of the table's items, as they are written. Items are validated when they are written and read tolerantly
 * by `schemaVersion`: unknown attributes are kept out of responses and never refused, so that a deploy in the middle of
 * work does no harm.
 */
import * as z from "zod";
import { cataloguedDatasetSchema } from "../../domain/datasets/catalogue-file";
import { lineUps } from "../../domain/music/extraction/line-ups";
import { trackOverrideSchema } from "../../domain/music/extraction/role-overrides";
import { trainableTimeSignatures } from "../../domain/music/time-signatures";
import {
  compositionInputSchema,
  compositionOutputSchema,
  inputOptionsSchema,
  maxSeed,
  maxVariations,
  modelReferenceSchema,
  otherTimeSignatureSchema,
  performanceOptionsSchema,
  phraseEndsSchema,
  trackDescriptionSchema,
} from "../../domain/schemas/composition-parts";
import {
  barsByTimeSignatureSchema,
  datasetStates,
  datasetVersionStates,
  fileCountsSchema,
  licenseKinds,
  lineUpsSchema,
  tagSources,
  tagsSchema,
  versionContentSchema,
} from "../../domain/schemas/dataset-parts";
import { failureSchema } from "../../domain/schemas/failure";
import { sha256Schema, ulidSchema } from "../../domain/schemas/ids";
import { epochMetricsSchema, metricsSchema } from "../../domain/schemas/metrics";
import { ratingSchema } from "../../domain/schemas/rating";
import { trackOriginSchema } from "../../domain/schemas/track-origin";
import {
  convergenceSchema,
  datasetReferenceSchema,
  endReasons,
  modelDatasetSchema,
  modelLimitsSchema,
  trainingProgressSchema,
  trainingUsageSchema,
} from "../../domain/schemas/training-parts";
import { type QuotaAmounts, quotaAmountsSchema } from "../../domain/schemas/user-quotas";
import { compositionStates } from "../../domain/states/composition-state";
import { erasureStates } from "../../domain/states/erasure-state";
import { trainingJobStates } from "../../domain/states/training-job-state";
import { versionIdPattern } from "../../naming/object-keys";
import { techniqueIds, trainedTechniqueIds } from "../../naming/resource-names";
import { erasureMark, freezingMark, type OwnedKind, ownedKinds, pendingChangeMark } from "../../naming/table-keys";

const instantSchema = z.iso.datetime();

const ownedShape = {
  schemaVersion: z.literal(1),
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  name: z.string().min(1).max(100),
  /**
   * The row's version, from 1, which is the resource's ETag. Every write that changes something for its owner increases
   * it.
   */
  version: z.int().min(1),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  /**
   * The amounts of its owner's quota that the row holds and gives back when it is deleted. Rows of earlier versions
   * have none: {@link quotaHeld}.
   */
  holds: quotaAmountsSchema.optional(),
};

/** The amounts that rows give back if they were written before bytes and kept jobs were counted. */
const heldBefore: Readonly<Record<OwnedKind, QuotaAmounts>> = {
  TRACK: { tracks: 1 },
  COMPOSITION: { compositions: 1 },
  MODEL: { models: 1 },
  TRAINING_JOB: {},
  DATASET: { datasets: 1 },
};

/** Returns the amounts of its owner's quota that a row holds. */
export const quotaHeld = ({
  kind,
  holds,
}: {
  readonly kind: OwnedKind;
  readonly holds?: QuotaAmounts | undefined;
}): QuotaAmounts => holds ?? heldBefore[kind];

const pitchSpanSchema = z.strictObject({ lowest: z.int().min(0).max(127), highest: z.int().min(0).max(127) });
const barsWithNotesSchema = z.string().regex(/^[0-9a-f]{0,1024}$/);

export const trackItemSchema = z.strictObject({
  ...ownedShape,
  kind: z.literal("TRACK"),
  /** Digest of the MIDI bytes under the track's key. */
  sha256: sha256Schema,
  bytes: z.int().min(1),
  bars: z.int().min(1),
  tempo: z.number(),
  timeSignature: z.string(),
  noteCount: z.int().min(1),
  lowestPitch: z.int(),
  highestPitch: z.int(),
  trackIndex: z.int().min(0),
  /** Where the file came from. Rows of version 0.2 have none, and are of uploads. */
  origin: trackOriginSchema.optional(),
  /** The bar in which the first note begins. Rows written before 0.3 have none. */
  firstBarWithNotes: z.int().min(1).optional(),
  /** The bars in which notes begin (`domain/music/bars-with-notes.ts`). Rows of earlier versions have none. */
  barsWithNotes: barsWithNotesSchema.optional(),
  /**
   * What is known of the file's tracks together, which `inputOptions.allTracks` gives: in which bars notes begin, and
   * the lowest and the highest pitch, and, since 0.4, the indices of the tracks with notes and the bars of each. Drums are
   * left out. Rows of earlier versions have none.
   */
  allTracks: z
    .strictObject({
      barsWithNotes: barsWithNotesSchema,
      ...pitchSpanSchema.shape,
      withNotes: z.array(z.int().min(0)).optional(),
      barsOfTracks: z.array(barsWithNotesSchema).optional(),
    })
    .optional(),
  /**
   * The bars that do not have four quarter notes. Rows written before 0.3 have none, and no such bars. The attribute
   * keeps its British name, because stored rows have it.
   */
  otherMetres: z.array(otherTimeSignatureSchema).optional(),
  tracks: z.array(trackDescriptionSchema),
  changes: z.array(z.string()),
});

export type TrackItem = z.infer<typeof trackItemSchema>;

/**
 * Returns parameters under the names that they have now. Rows of version 0.2 have `leastProbability` for
 * `minProbability`.
 */
function withPresentNames<Value>(parameters: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name === "leastProbability" ? "minProbability" : name, value]),
  );
}

const fileTokenSchema = z.string().regex(/^[a-z0-9]{1,32}$/);

/** A MIDI file. Its revision and token are part of its key; the digest is its ETag. */
export const midiFileSchema = z.strictObject({
  revision: z.int().min(1),
  /** The token is drawn anew for every file that a request writes, so that two requests never write the same one. */
  token: fileTokenSchema.optional(),
  sha256: sha256Schema,
  bytes: z.int().min(1),
});

/** The file of a corrected score: the revision and the token of the MIDI file with which it came. */
export const correctionSchema = z.strictObject({ revision: z.int().min(1), token: fileTokenSchema });

export const compositionItemSchema = z.strictObject({
  ...ownedShape,
  kind: z.literal("COMPOSITION"),
  technique: z.enum(techniqueIds),
  /** The model. A technique by rule has none. */
  model: modelReferenceSchema.optional(),
  seed: z.int().min(0).max(maxSeed),
  /** The group of variations that it was asked for with; a piece that was asked for alone has none. */
  variationGroup: ulidSchema.optional(),
  state: z.enum(compositionStates),
  input: compositionInputSchema,
  inputOptions: inputOptionsSchema,
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).transform(withPresentNames),
  /** How the piece is performed. Rows written before 0.3 have none, and their pieces are not performed. */
  performance: performanceOptionsSchema.optional(),
  /** Where the tune's phrases end, as the technique heard it. */
  phraseEnds: phraseEndsSchema.optional(),
  /**
   * The bars in which the notes of each track begin, in the order of the tracks. Rows of earlier versions have none.
   */
  barsWithNotes: z.array(barsWithNotesSchema).optional(),
  /** The lowest and the highest pitch of each track; null for one without notes. Rows of earlier versions have none. */
  pitchSpans: z.array(pitchSpanSchema.nullable()).optional(),
  /** How its owner has rated it. It is counted in the totals of its technique and its model. */
  rating: ratingSchema.optional(),
  /** The share by which people without a token of ours see the piece. `expiresAt` is not the row's own time to live. */
  share: z.strictObject({ tokenSha256: sha256Schema, createdAt: instantSchema, expiresAt: instantSchema }).optional(),
  failure: failureSchema.optional(),
  output: compositionOutputSchema.optional(),
  /** The MIDI file. */
  midi: midiFileSchema.optional(),
  /** The MIDI file that the piece had before its first correction. Only corrected pieces have it. */
  composed: midiFileSchema.optional(),
  /** The file of the score as a person has corrected it last. The composed score stays where it is. */
  correction: correctionSchema.optional(),
  /** The MIDI file of what was given to the technique. Rows of earlier versions have none. */
  inputMidi: z.strictObject({ sha256: sha256Schema, bytes: z.int().min(1) }).optional(),
  /** The number of times that a worker has taken this composition, from 0. */
  attempt: z.int().min(0),
  /** The instants at which a worker first took it, and at which it ended. Rows of earlier versions have none. */
  startedAt: instantSchema.optional(),
  finishedAt: instantSchema.optional(),
  /** The instant at which the lease of the present worker runs out. After it, a later delivery may take over. */
  runningUntil: instantSchema.optional(),
  /** This attribute has the same meaning as in a training job. */
  repairFailedSince: instantSchema.optional(),
  openWork: z.literal("COMPOSITION").optional(),
  openWorkOwner: z.string().optional(),
});

export type CompositionItem = z.infer<typeof compositionItemSchema>;

/**
 * Leads from the digest of a share's token to the composition. Whether the share still holds, the composition's own row
 * says.
 */
export const shareItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("SHARE"),
  sub: z.string().min(1).max(128),
  compositionId: ulidSchema,
  /** Epoch seconds. */
  expiresAt: z.int(),
});

export type ShareItem = z.infer<typeof shareItemSchema>;

/**
 * The place that the variations of one request share in their owner's quota of unfinished compositions, which is theirs
 * until the last one has ended: docs/adr/0051-variations-share-a-place.md.
 */
export const variationGroupItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("VARIATION_GROUP"),
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  createdAt: instantSchema,
  /** The number of those that have not ended. */
  open: z.int().min(0).max(maxVariations),
  /** Epoch seconds: a day after the last one has ended. */
  expiresAt: z.int().optional(),
});

const ratingTotalsShape = {
  ratedPoor: z.int().optional(),
  ratedNeutral: z.int().optional(),
  ratedGood: z.int().optional(),
};

/** The numbers of compositions by their rating. An absent number is 0. */
export type RatingTotals = z.infer<z.ZodObject<typeof ratingTotalsShape>>;

/** The ratings of a technique, or of a stock model's file. Its key says of which, and nothing in it says whose. */
export const ratingTotalsItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("RATING_TOTALS"),
  ...ratingTotalsShape,
});

const modelShape = {
  schemaVersion: z.literal(1),
  kind: z.literal("MODEL"),
  name: z.string().min(1).max(100),
  version: z.int().min(1),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  /**
   * The technique. After a deploy was taken back it may be one that this version does not know: such a model is shown
   * and not used.
   */
  technique: z.string().regex(/^[a-z0-9-]{1,64}$/),
  sha256: sha256Schema,
  bytes: z.int().min(1),
  metrics: metricsSchema,
  dataset: modelDatasetSchema.extend({
    /** The instant at which the data set of a user was deleted. */
    deletedAt: instantSchema.optional(),
  }),
  limits: modelLimitsSchema,
};

/** A model that came with the software. Everyone may use it, and nobody may delete it. */
export const stockModelItemSchema = z.strictObject({ ...modelShape, id: z.string().regex(/^[a-z0-9-]{1,64}$/) });

export type StockModelItem = z.infer<typeof stockModelItemSchema>;

export const modelItemSchema = z.strictObject({
  ...modelShape,
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  trainingJobId: ulidSchema,
  holds: quotaAmountsSchema.optional(),
  /** The ratings of its owner's compositions. Those of stock models are in rows of their own, because seeding replaces theirs. */
  ...ratingTotalsShape,
});

export type ModelItem = z.infer<typeof modelItemSchema>;

export const trainingJobItemSchema = z.strictObject({
  ...ownedShape,
  kind: z.literal("TRAINING_JOB"),
  technique: z.enum(trainedTechniqueIds),
  state: z.enum(trainingJobStates),
  topics: z.record(z.string(), z.array(z.string())),
  dataset: datasetReferenceSchema,
  /** All hyperparameters, with defaults filled in. */
  hyperparameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  maxRuntimeSeconds: z.int().min(60).max(86_400),
  resumeFrom: ulidSchema.optional(),
  /**
   * The number of the workflow execution that works on the job. It is part of the execution's name, and only a repair
   * increases it.
   */
  attempt: z.int().min(1),
  /** The number of times that this execution has called CreateTrainingJob. */
  launch: z.int().min(0),
  /** The SageMaker job of the latest launch. */
  trainingJobName: z.string().max(63).optional(),
  /** The machine of that launch. Rows of earlier versions have none. */
  instanceType: z.string().max(64).optional(),
  stopRequested: z.boolean(),
  /** The instants at which the job began to wait: for a slot, and for capacity after SageMaker had none. */
  queuedSince: instantSchema.optional(),
  capacityRefusedSince: instantSchema.optional(),
  progress: trainingProgressSchema,
  latestMetrics: epochMetricsSchema.optional(),
  convergence: convergenceSchema,
  endReason: z.enum(endReasons).optional(),
  modelId: ulidSchema.optional(),
  /** True if a checkpoint is known to exist from which a new job can go on. */
  resumable: z.boolean(),
  failure: failureSchema.optional(),
  usage: trainingUsageSchema,
  /** The usage of the SageMaker jobs before the present one. It is included in `usage`. */
  earlierUsage: trainingUsageSchema.optional(),
  /** The number of earlier attempts that were cut off while the job still waited. Absent means none. */
  attemptsWithoutTraining: z.int().min(0).optional(),
  /**
   * The instant since which the reconciler has failed to repair the row. Only the reconciler writes it, and the next
   * repair that works removes it.
   */
  repairFailedSince: instantSchema.optional(),
  openWork: z.literal("TRAINING_JOB").optional(),
  openWorkOwner: z.string().optional(),
});

export type TrainingJobItem = z.infer<typeof trainingJobItemSchema>;

const sentArchiveSchema = z.strictObject({
  /** Digest of the archive's bytes, by which it is known. */
  sha256: sha256Schema,
  bytes: z.int().min(1),
  tagsFrom: z.enum(tagSources),
  /** The instant at which its owner was last told where to send it. */
  offeredAt: instantSchema,
});
const entriesSchema = z.strictObject({
  /** The number of its files, those that are rejected by the directory alone among them. */
  all: z.int().min(0),
  read: z.int().min(0),
  leftOut: z.int().min(0),
  /** The number of paths in the table of tags that no file has. */
  tagsWithoutFile: z.int().min(0),
});

/** The archive that was sent to a data set last. Only one is read at a time. */
export const archiveItemSchema = z.discriminatedUnion("state", [
  sentArchiveSchema.extend({ state: z.literal("PENDING") }),
  sentArchiveSchema.extend({
    state: z.literal("READING"),
    entries: entriesSchema,
    /** Which ranges of its files are read: a hex digit for four of them. */
    readRanges: z.string().regex(/^[0-9a-f]*$/),
  }),
  sentArchiveSchema.extend({ state: z.literal("READ"), entries: entriesSchema }),
  sentArchiveSchema.extend({ state: z.literal("REFUSED"), code: z.string(), reason: z.string() }),
]);

export type ArchiveItem = z.infer<typeof archiveItemSchema>;

/** A data set of a user, with what is known of all its files together. */
export const datasetItemSchema = z.strictObject({
  ...ownedShape,
  kind: z.literal("DATASET"),
  description: z.string().min(1).max(1_000).optional(),
  state: z.enum(datasetStates),
  license: z.strictObject({
    kind: z.enum(licenseKinds),
    spdx: z.string().optional(),
    text: z.string().min(1).max(2_000),
    source: z.string().optional(),
    /** The instant at which its owner, the row's `sub`, confirmed the sentence of this version. */
    confirmedAt: instantSchema,
    statementVersion: z.int().min(1),
  }),
  files: fileCountsSchema,
  /** The bytes of all files that were offered. */
  bytes: z.int().min(0),
  bars: barsByTimeSignatureSchema,
  lineUps: lineUpsSchema,
  /** The number of rejected files by the code of the reason. */
  reasons: z.record(z.string(), z.int().min(1)),
  /** The number of versions that were asked for. Absent means none. */
  versions: z.int().min(0).optional(),
  archive: archiveItemSchema.optional(),
});

export type DatasetItem = z.infer<typeof datasetItemSchema>;

const datasetFileShape = {
  schemaVersion: z.literal(1),
  kind: z.literal("DATASET_FILE"),
  /** Digest of the file's bytes, by which it is known in its data set. */
  sha256: sha256Schema,
  path: z.string().min(1),
  /** 0 for an entry of an archive whose bytes could not be read. */
  bytes: z.int().min(0),
  tags: tagsSchema,
  /** What its owner says of its tracks. */
  overrides: z.array(trackOverrideSchema).optional(),
};

/** A file of a data set that was offered. Its key changes with its state. */
export const datasetFileItemSchema = z.discriminatedUnion("state", [
  z.strictObject({
    ...datasetFileShape,
    state: z.literal("PENDING"),
    /** The instant at which its owner was last told where to send it. */
    offeredAt: instantSchema,
  }),
  z.strictObject({
    ...datasetFileShape,
    state: z.literal("ACCEPTED"),
    /** Digest of the notes of its pieces, by which equal music in other bytes is found. */
    notesSha256: sha256Schema,
    bars: barsByTimeSignatureSchema,
    lineUps: lineUpsSchema,
  }),
  z.strictObject({ ...datasetFileShape, state: z.literal("REJECTED"), code: z.string(), reason: z.string() }),
]);

export type DatasetFileItem = z.infer<typeof datasetFileItemSchema>;

/** A version of a data set. Its id is made of its content, so the same files are frozen once. */
export const datasetVersionItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("DATASET_VERSION"),
  sub: z.string().min(1).max(128),
  datasetId: ulidSchema,
  id: z.string().regex(versionIdPattern),
  version: z.int().min(1),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  state: z.enum(datasetVersionStates),
  lineUp: z.enum(lineUps),
  /** The time signature of its pieces. Absent means 4/4. */
  metre: z.enum(trainableTimeSignatures).optional(),
  /** Values by tag: the version is of the files that have one of each. Absent means all files. */
  tags: tagsSchema.optional(),
  licenseKind: z.enum(licenseKinds),
  /** The number of files of which it is made. */
  files: z.int().min(1),
  /** Only one that is ready has it. */
  content: versionContentSchema.optional(),
  failure: failureSchema.optional(),
  /** The instant at which the lease of the worker that freezes it runs out. */
  runningUntil: instantSchema.optional(),
  openWork: z.literal(freezingMark).optional(),
  openWorkOwner: z.string().optional(),
});

export type DatasetVersionItem = z.infer<typeof datasetVersionItemSchema>;

/**
 * The change of a resource that has files. The item exists from the first write of the change to its last:
 * docs/adr/0020-rows-before-files.md.
 */
export const pendingChangeItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("PENDING_CHANGE"),
  /** The kind of the resource that is created or deleted. */
  of: z.enum(ownedKinds),
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  /** CREATING: files may exist, the row does not. DELETING: the row is gone, files may still exist. */
  state: z.enum(["CREATING", "DELETING"]),
  /** The instant at which the change came into this state. */
  since: instantSchema,
  /** The amounts of its owner's quota that the new resource holds before it has a row. */
  holds: quotaAmountsSchema,
  openWork: z.literal(pendingChangeMark),
  openWorkOwner: z.string(),
});

export type PendingChangeItem = z.infer<typeof pendingChangeItemSchema>;

/** What was left of a user at a look of the erasure: rows by the first part of their sort key, and versions of objects. */
const leftSchema = z.strictObject({
  items: z.record(z.string(), z.int().min(1)),
  objects: z.strictObject({ artifacts: z.int().min(0), work: z.int().min(0) }),
});

/**
 * The erasure of everything that a user has (docs/adr/0059-erasure.md). There is at most one for each user: it stays as
 * the proof of what was erased, until time-to-live deletes it or the user asks for another one.
 */
export const erasureItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("ERASURE"),
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  version: z.int().min(1),
  state: z.enum(erasureStates),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  /** Absent until the first look. */
  left: leftSchema.optional(),
  /** The instant of the first look that found nothing, if no later one has found anything. */
  emptySince: instantSchema.optional(),
  /** The instant until which nothing must come before the erasure has ended. */
  watchedUntil: instantSchema.optional(),
  /** Where nothing was found by the last look. */
  proof: z
    .strictObject({
      seenEmptyAt: instantSchema,
      partitions: z.array(z.string()),
      prefixes: z.array(z.strictObject({ bucket: z.enum(["artifacts", "work"]), prefix: z.string() })),
    })
    .optional(),
  openWork: z.literal(erasureMark).optional(),
  openWorkOwner: z.string().optional(),
  /** Epoch seconds: some time after the end. */
  expiresAt: z.int().optional(),
});

export type ErasureItem = z.infer<typeof erasureItemSchema>;

export const idempotencyRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("IDEMPOTENCY"),
  /** SHA-256 of the request's method, path, query, content type and body. */
  requestHash: sha256Schema,
  status: z.int(),
  location: z.string(),
  /** The ETag of the resource as it was created. Records of version 0.2 have none. */
  etag: z.string().optional(),
  body: z.string(),
  /** Epoch seconds: 24 hours after the first response. */
  expiresAt: z.int(),
});

export type IdempotencyRecord = z.infer<typeof idempotencyRecordSchema>;

export const slotItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("SLOT"),
  holder: z.strictObject({ sub: z.string(), jobId: ulidSchema }).optional(),
  /**
   * The instant at which the lease runs out, in epoch milliseconds. It is not the table's time-to-live, because a slot
   * is never deleted.
   */
  leasedUntil: z.int().min(0),
});

export const ticketItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("TICKET"),
  sub: z.string(),
  jobId: ulidSchema,
  /** Epoch milliseconds of the last try. */
  heartbeatAt: z.int().min(0),
  /** The latest instant at which the job asks again. A ticket that is past it does not delay the queue. */
  asksAgainBy: z.int().min(0),
  expiresAt: z.int(),
});

export type TicketItem = z.infer<typeof ticketItemSchema>;

/** The order of the users' latest turns. Together with the slots that are held, it decides whose turn it is. */
export const slotOrderItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("SLOT_ORDER"),
  /** The version, which every acquisition of a slot increases. A job that decided on an older version decides again. */
  version: z.int().min(0),
  /** The users by their latest turn, the latest first. */
  turns: z.array(z.string()),
});

export type SlotOrderItem = z.infer<typeof slotOrderItemSchema>;

/**
 * Which version of a data set there is. What is in it is an object of its own (contracts/dataset-catalogue), so that the
 * row does not grow with the pieces.
 */
export const catalogueItemSchema = z.strictObject({
  schemaVersion: z.literal(2),
  kind: z.literal("CATALOGUE"),
  dataset: cataloguedDatasetSchema,
  pieces: z.int().min(1),
  bars: z.int().min(1),
  /** The names of the tags by which pieces are chosen. */
  tags: z.array(z.string()),
});

export type CatalogueItem = z.infer<typeof catalogueItemSchema>;
