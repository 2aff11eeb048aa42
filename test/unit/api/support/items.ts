/** Items as they stand in the table, with what a test cares about. */
import { ulid } from "ulid";
import { type CatalogueFile, catalogueFile } from "../../../../domain/datasets/catalogue-file";
import type { CataloguePiece } from "../../../../domain/datasets/columnar-catalogue";
import type {
  CompositionItem,
  DatasetItem,
  ModelItem,
  StockModelItem,
  TrackItem,
  TrainingJobItem,
} from "../../../../lambdas/stores/items";
import { openWorkOwner } from "../../../../naming/table-keys";

export const alice = "11111111-1111-4111-8111-111111111111";
export const bob = "22222222-2222-4222-8222-222222222222";
const instant = "2026-01-31T12:00:00.000Z";
const sha256 = "a".repeat(64);

export function track(more: Partial<TrackItem> = {}): TrackItem {
  return {
    schemaVersion: 1,
    kind: "TRACK",
    sub: alice,
    id: ulid(),
    name: "A tune",
    version: 1,
    createdAt: instant,
    updatedAt: instant,
    sha256,
    bytes: 100,
    bars: 8,
    tempo: 120,
    timeSignature: "4/4",
    noteCount: 12,
    lowestPitch: 60,
    highestPitch: 72,
    trackIndex: 0,
    tracks: [{ index: 0, name: "A tune", program: 0, noteCount: 12 }],
    changes: [],
    ...more,
  };
}

export function composition(more: Partial<CompositionItem> = {}): CompositionItem {
  const id = more.id ?? ulid();
  const sub = more.sub ?? alice;
  return {
    schemaVersion: 1,
    kind: "COMPOSITION",
    sub,
    id,
    name: "A piece",
    version: 1,
    createdAt: instant,
    updatedAt: instant,
    technique: "unet-gan",
    model: { id: "unet-gan-bach", stock: true, sha256, bytes: 1000 },
    seed: 1,
    state: "PENDING",
    input: { sampleMelodyId: "twinkle-twinkle" },
    inputOptions: {},
    parameters: {},
    attempt: 0,
    ...(more.state === "COMPLETED" || more.state === "FAILED"
      ? {}
      : { openWork: "COMPOSITION" as const, openWorkOwner: openWorkOwner(sub, id) }),
    ...more,
  };
}

export const finishedOutput: NonNullable<CompositionItem["output"]> = {
  bars: 8,
  tempo: 100,
  tracks: [
    { index: 0, name: "Melody", program: 0, noteCount: 12, source: "input" },
    { index: 1, name: "Bass", program: 32, noteCount: 20, source: "generated" },
    { index: 2, name: "Silent", program: 32, noteCount: 0, source: "generated" },
  ],
  metrics: { emptyBarRate: 0 },
};

export function trainingJob(more: Partial<TrainingJobItem> = {}): TrainingJobItem {
  const id = more.id ?? ulid();
  const sub = more.sub ?? alice;
  const final = more.state === "READY" || more.state === "FAILED" || more.state === "STOPPED";
  return {
    schemaVersion: 1,
    kind: "TRAINING_JOB",
    sub,
    id,
    name: "A job",
    version: 1,
    createdAt: instant,
    updatedAt: instant,
    technique: "unet-gan",
    state: "PENDING",
    topics: {},
    dataset: { id: "bach-chorales", version: "1", sha256 },
    hyperparameters: { epochs: 20, modelSize: "small", learningRate: 0.002 },
    maxRuntimeSeconds: 3600,
    attempt: 1,
    launch: 0,
    stopRequested: false,
    progress: { epoch: 0, epochs: 20, percent: 0 },
    convergence: { state: "fluctuating" },
    resumable: false,
    usage: { trainingSeconds: 0, billableSeconds: 0 },
    ...(final ? {} : { openWork: "TRAINING_JOB" as const, openWorkOwner: openWorkOwner(sub, id) }),
    ...more,
  };
}

export function model(more: Partial<ModelItem> = {}): ModelItem {
  return {
    schemaVersion: 1,
    kind: "MODEL",
    sub: alice,
    id: ulid(),
    name: "A model",
    version: 1,
    createdAt: instant,
    updatedAt: instant,
    technique: "unet-gan",
    sha256,
    bytes: 1000,
    metrics: { emptyBarRate: 0 },
    dataset: { id: "bach-chorales", version: "1", sha256, licence: "public domain", pieces: 200, topics: {} },
    limits: { maxBars: 64 },
    trainingJobId: ulid(),
    ...more,
  };
}

export function stockModel(more: Partial<StockModelItem> = {}): StockModelItem {
  const { sub: _sub, trainingJobId: _trainingJobId, ...rest } = model();
  return { ...rest, id: "unet-gan-bach", ...more };
}

/** Twelve pieces in minor (ten to train on), six in major (five to train on). */
export function catalogue(more: readonly CataloguePiece[] = []): CatalogueFile {
  const piece = (mode: string, index: number, split: "train" | "validation"): CataloguePiece => ({
    id: `${mode}-${index}`,
    tags: { composer: ["bach"], mode: [mode], length: [index % 2 === 0 ? "short" : "long"] },
    bars: 10,
    split,
  });
  return catalogueFile({
    dataset: { id: "bach-chorales", version: "1", sha256, name: "Bach chorales", licence: "public domain" },
    voices: ["Soprano", "Alto", "Tenor", "Bass"],
    pieces: [
      ...Array.from({ length: 12 }, (_, index) => piece("minor", index, index < 10 ? "train" : "validation")),
      ...Array.from({ length: 6 }, (_, index) => piece("major", index, index < 5 ? "train" : "validation")),
      ...more,
    ],
  });
}

/** A data set without files. */
export const dataset = (more: Partial<DatasetItem> = {}): DatasetItem => ({
  ...{ schemaVersion: 1, kind: "DATASET", sub: alice, id: ulid(), name: "My band", version: 1 },
  ...{ createdAt: instant, updatedAt: instant, state: "OPEN" },
  license: {
    ...{ kind: "own-work", text: "I wrote and played all of it.", statementVersion: 1 },
    confirmedAt: instant,
  },
  ...{ files: { pending: 0, accepted: 0, rejected: 0 }, bytes: 0, bars: {}, lineUps: {}, reasons: {} },
  holds: { datasets: 1 },
  ...more,
});

export const quotas = {
  openCompositions: 3,
  openTrainingJobs: 2,
  tracks: 5,
  models: 5,
  compositions: 10,
  trainingJobs: 8,
  storedBytes: 1_000_000,
  datasets: 4,
};
