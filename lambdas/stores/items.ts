/**
 * Items of the table, as written. Validated when written; read tolerantly by `schemaVersion` (unknown attributes are
 * kept out of responses, never refused), so that a deploy in the middle of work does no harm.
 */
import * as z from "zod";
import {
  compositionInputSchema,
  compositionOutputSchema,
  inputOptionsSchema,
  modelReferenceSchema,
  otherTimeSignatureSchema,
  trackDescriptionSchema,
} from "../../domain/schemas/composition-parts";
import { failureSchema } from "../../domain/schemas/failure";
import { sha256Schema, ulidSchema } from "../../domain/schemas/ids";
import { epochMetricsSchema, metricsSchema } from "../../domain/schemas/metrics";
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
import { trainingJobStates } from "../../domain/states/training-job-state";
import { techniqueIds } from "../../naming/resource-names";
import { type OwnedKind, ownedKinds, pendingChangeMark } from "../../naming/table-keys";
const instantSchema = z.iso.datetime();

const technique = z.enum(techniqueIds);

const ownedShape = {
  schemaVersion: z.literal(1),
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  name: z.string().min(1).max(100),
  /** Row version, from 1, raised by every write: the ETag. */
  version: z.int().min(1),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  /** What the row holds of its owner's quota, and gives back when it goes. Absent in rows from before: {@link quotaHeld}. */
  holds: quotaAmountsSchema.optional(),
};

/** What rows from before bytes and kept jobs were counted give back. */
const heldBefore: Readonly<Record<OwnedKind, QuotaAmounts>> = {
  TRACK: { tracks: 1 },
  COMPOSITION: { compositions: 1 },
  MODEL: { models: 1 },
  TRAINING_JOB: {},
};

/** What a row holds of its owner's quota. */
export const quotaHeld = ({
  kind,
  holds,
}: {
  readonly kind: OwnedKind;
  readonly holds?: QuotaAmounts | undefined;
}): QuotaAmounts => holds ?? heldBefore[kind];

export const trackItemSchema = z.strictObject({
  ...ownedShape,
  kind: z.literal("TRACK"),
  /** Of the MIDI bytes under the track's key. */
  sha256: sha256Schema,
  bytes: z.int().min(1),
  bars: z.int().min(1),
  tempo: z.number(),
  timeSignature: z.string(),
  noteCount: z.int().min(1),
  lowestPitch: z.int(),
  highestPitch: z.int(),
  trackIndex: z.int().min(0),
  /** Where the first note begins; rows written before 0.3 have none. */
  firstBarWithNotes: z.int().min(1).optional(),
  /** What compositions cannot use; rows written before 0.3 have none, and no such bars. */
  otherMetres: z.array(otherTimeSignatureSchema).optional(),
  tracks: z.array(trackDescriptionSchema),
  changes: z.array(z.string()),
});

export type TrackItem = z.infer<typeof trackItemSchema>;

/** Returns parameters under the names that they have now. Version 0.2 wrote `leastProbability`. */
function withPresentNames<Value>(parameters: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name === "leastProbability" ? "minProbability" : name, value]),
  );
}

export const compositionItemSchema = z.strictObject({
  ...ownedShape,
  kind: z.literal("COMPOSITION"),
  technique,
  model: modelReferenceSchema,
  seed: z.int().min(0).max(2_147_483_647),
  state: z.enum(compositionStates),
  input: compositionInputSchema,
  inputOptions: inputOptionsSchema,
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])).transform(withPresentNames),
  failure: failureSchema.optional(),
  output: compositionOutputSchema.optional(),
  /** The MIDI file: revision and token stand in its key, the digest is its ETag. */
  midi: z
    .strictObject({
      revision: z.int().min(1),
      /** Drawn for every file that a request writes, so that two requests never write the same one. */
      token: z
        .string()
        .regex(/^[a-z0-9]{1,32}$/)
        .optional(),
      sha256: sha256Schema,
      bytes: z.int().min(1),
    })
    .optional(),
  /** How often a worker has taken this composition, from 0. */
  attempt: z.int().min(0),
  /** The lease of the worker that has it: a later delivery may take over when this instant has passed. */
  runningUntil: instantSchema.optional(),
  /** As in a training job. */
  repairFailedSince: instantSchema.optional(),
  openWork: z.literal("COMPOSITION").optional(),
  openWorkOwner: z.string().optional(),
});

export type CompositionItem = z.infer<typeof compositionItemSchema>;

const modelShape = {
  schemaVersion: z.literal(1),
  kind: z.literal("MODEL"),
  name: z.string().min(1).max(100),
  version: z.int().min(1),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  /** Perhaps one that this version does not know, after a deploy was taken back: such a model is shown and not used. */
  technique: z.string().regex(/^[a-z0-9-]{1,64}$/),
  sha256: sha256Schema,
  bytes: z.int().min(1),
  metrics: metricsSchema,
  dataset: modelDatasetSchema,
  limits: modelLimitsSchema,
};

/** A model that came with the software: everyone's to use, nobody's to delete. */
export const stockModelItemSchema = z.strictObject({ ...modelShape, id: z.string().regex(/^[a-z0-9-]{1,64}$/) });

export type StockModelItem = z.infer<typeof stockModelItemSchema>;

export const modelItemSchema = z.strictObject({
  ...modelShape,
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  trainingJobId: ulidSchema,
  holds: quotaAmountsSchema.optional(),
});

export type ModelItem = z.infer<typeof modelItemSchema>;

export const trainingJobItemSchema = z.strictObject({
  ...ownedShape,
  kind: z.literal("TRAINING_JOB"),
  technique,
  state: z.enum(trainingJobStates),
  topics: z.record(z.string(), z.array(z.string())),
  dataset: datasetReferenceSchema,
  /** All of them, defaults filled in. */
  hyperparameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  maxRuntimeSeconds: z.int().min(60).max(86_400),
  resumeFrom: ulidSchema.optional(),
  /** Which workflow execution works on the job: part of its name, raised only by a repair. */
  attempt: z.int().min(1),
  /** How often that execution has called CreateTrainingJob. */
  launch: z.int().min(0),
  /** The SageMaker job of the latest launch. */
  trainingJobName: z.string().max(63).optional(),
  stopRequested: z.boolean(),
  /** When the job began to wait: for a slot, or for capacity after a refusal. */
  queuedSince: instantSchema.optional(),
  capacityRefusedSince: instantSchema.optional(),
  progress: trainingProgressSchema,
  latestMetrics: epochMetricsSchema.optional(),
  convergence: convergenceSchema,
  endReason: z.enum(endReasons).optional(),
  modelId: ulidSchema.optional(),
  /** Whether a checkpoint is known to exist that a new job can go on from. */
  resumable: z.boolean(),
  failure: failureSchema.optional(),
  usage: trainingUsageSchema,
  /** Of the SageMaker jobs before the present one: `usage` begins with it. */
  earlierUsage: trainingUsageSchema.optional(),
  /** Of the attempts before this one: those that were cut off while the job still waited. Absent means none. */
  attemptsWithoutTraining: z.int().min(0).optional(),
  /** Since when the reconciler has failed to repair the row: kept by it alone, and gone with the next repair. */
  repairFailedSince: instantSchema.optional(),
  openWork: z.literal("TRAINING_JOB").optional(),
  openWorkOwner: z.string().optional(),
});

export type TrainingJobItem = z.infer<typeof trainingJobItemSchema>;

/** The change of a resource that has files, from its first write to its last: docs/adr/0020-rows-before-files.md. */
export const pendingChangeItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("PENDING_CHANGE"),
  of: z.enum(ownedKinds),
  sub: z.string().min(1).max(128),
  id: ulidSchema,
  /** CREATING: files may be there, the row is not. DELETING: the row is gone, files may still be there. */
  state: z.enum(["CREATING", "DELETING"]),
  /** When it came into this state. */
  since: instantSchema,
  /** What the new resource holds of its owner's quota before it has a row. */
  holds: quotaAmountsSchema,
  openWork: z.literal(pendingChangeMark),
  openWorkOwner: z.string(),
});

export type PendingChangeItem = z.infer<typeof pendingChangeItemSchema>;

export const idempotencyRecordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("IDEMPOTENCY"),
  /** SHA-256 of the request's method, path, query, content type and body. */
  requestHash: sha256Schema,
  status: z.int(),
  location: z.string(),
  /** Of the resource as it was created; records of version 0.2 have none. */
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
  /** When the lease runs out, epoch milliseconds. Not the table's time-to-live: a slot is never deleted. */
  leasedUntil: z.int().min(0),
});

export const ticketItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("TICKET"),
  sub: z.string(),
  jobId: ulidSchema,
  /** Epoch milliseconds of the last try. */
  heartbeatAt: z.int().min(0),
  /** When the job asks again, at the latest: a ticket that is past it does not hold up the queue. */
  asksAgainBy: z.int().min(0),
  expiresAt: z.int(),
});

export type TicketItem = z.infer<typeof ticketItemSchema>;

/** Whose turn it was: decides, with the slots that are held, whose turn it is. */
export const slotOrderItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("SLOT_ORDER"),
  /** Raised by every slot that is taken: who decided on an older one decides again. */
  version: z.int().min(0),
  /** The users by their latest turn, youngest first. */
  turns: z.array(z.string()),
});

export type SlotOrderItem = z.infer<typeof slotOrderItemSchema>;

/** What the API needs of a data set: its pieces with their tags (tag → values), see contracts/dataset-catalogue. */
export const catalogueItemSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal("CATALOGUE"),
  dataset: z.strictObject({ ...datasetReferenceSchema.shape, name: z.string(), licence: z.string() }),
  pieces: z.array(
    z.strictObject({
      id: z.string().min(1).max(128),
      tags: z.record(z.string(), z.array(z.string())),
      bars: z.int().min(0),
      split: z.enum(["train", "validation", "test"]),
    }),
  ),
});

export type CatalogueItem = z.infer<typeof catalogueItemSchema>;
