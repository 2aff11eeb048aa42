/** The whole API on a table and buckets in memory. */
import { ulid } from "ulid";
import type { UserQuotas } from "../../../../domain/schemas/user-quotas";
import { createComposition } from "../../../../lambdas/api/compositions/create-composition";
import { deleteComposition } from "../../../../lambdas/api/compositions/delete-composition";
import { getComposition } from "../../../../lambdas/api/compositions/get-composition";
import { getCompositionMidi } from "../../../../lambdas/api/compositions/get-composition-midi";
import { listCompositionEditEvents } from "../../../../lambdas/api/compositions/list-composition-edit-events";
import { listCompositions } from "../../../../lambdas/api/compositions/list-compositions";
import { updateComposition } from "../../../../lambdas/api/compositions/update-composition";
import { getHealth } from "../../../../lambdas/api/discovery/get-health";
import { listSampleMelodies } from "../../../../lambdas/api/discovery/list-sample-melodies";
import { listTechniques } from "../../../../lambdas/api/discovery/list-techniques";
import { deleteModel } from "../../../../lambdas/api/models/delete-model";
import { getModel } from "../../../../lambdas/api/models/get-model";
import { listModels } from "../../../../lambdas/api/models/list-models";
import { createTrack } from "../../../../lambdas/api/tracks/create-track";
import { deleteTrack } from "../../../../lambdas/api/tracks/delete-track";
import { getTrack } from "../../../../lambdas/api/tracks/get-track";
import { listTracks } from "../../../../lambdas/api/tracks/list-tracks";
import { updateTrack } from "../../../../lambdas/api/tracks/update-track";
import { createTrainingJob } from "../../../../lambdas/api/training/create-training-job";
import { deleteTrainingJob } from "../../../../lambdas/api/training/delete-training-job";
import { getTrainingJob } from "../../../../lambdas/api/training/get-training-job";
import { getTrainingJobSample } from "../../../../lambdas/api/training/get-training-job-sample";
import { listTrainingJobMetrics } from "../../../../lambdas/api/training/list-training-job-metrics";
import { listTrainingJobSamples } from "../../../../lambdas/api/training/list-training-job-samples";
import { listTrainingJobs } from "../../../../lambdas/api/training/list-training-jobs";
import { listTrainingTopics } from "../../../../lambdas/api/training/list-training-topics";
import { stopTrainingJob } from "../../../../lambdas/api/training/stop-training-job";
import type { Operation } from "../../../../lambdas/http/with-http";
import type { Catalogues } from "../../../../lambdas/stores/catalogues";
import type { Compositions } from "../../../../lambdas/stores/compositions";
import type { IdempotencyRecords } from "../../../../lambdas/stores/idempotency-records";
import type { Models, StockModels } from "../../../../lambdas/stores/models";
import type { OpenWork } from "../../../../lambdas/stores/open-work";
import type { PendingChanges } from "../../../../lambdas/stores/pending-changes";
import type { PresigningObjectStore } from "../../../../lambdas/stores/presigned-urls";
import type { Tracks } from "../../../../lambdas/stores/tracks";
import type { TrainingJobs } from "../../../../lambdas/stores/training-jobs";
import type { Log } from "../../../../lambdas/telemetry/logger";
import type { MetricRecorder } from "../../../../lambdas/telemetry/metrics";
import type { OperationId } from "../../../../naming/api-routes";
import { MemoryBuckets, type MemoryObjectStore } from "../../../fakes/memory-object-store";
import { type MemoryStores, memoryStores } from "../../../fakes/memory-stores";
import { collectingLog, type DocumentedApi, documentedApi } from "./documented-api";
import { catalogue, quotas, stockModel } from "./items";

export interface ComposerApi extends DocumentedApi {
  readonly ports: ComposerPorts;
  readonly stores: MemoryStores;
  readonly tracks: MemoryStores["tracks"];
  readonly compositions: MemoryStores["compositions"];
  readonly models: MemoryStores["models"];
  readonly trainingJobs: MemoryStores["trainingJobs"];
  readonly files: MemoryObjectStore;
  readonly work: MemoryObjectStore;
  readonly metrics: string[];
  /** What the operations log; `log` is the wrapper's. */
  readonly operationsLog: ReturnType<typeof collectingLog>;
}

/** The clock of these tests stands still. */
export const now = new Date("2026-01-31T12:00:30.000Z");

/** The table and the buckets: what a test has in memory, or on a real table. */
export interface ComposerStores {
  readonly tracks: Tracks;
  readonly compositions: Compositions;
  readonly models: Models;
  readonly trainingJobs: TrainingJobs;
  readonly stockModels: StockModels;
  readonly catalogues: Catalogues;
  readonly pendingChanges: PendingChanges;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly openWork: OpenWork;
  /** The bucket of what is kept, of which uploads are a part. */
  readonly files: PresigningObjectStore;
  readonly work: PresigningObjectStore;
}

/** Everything that the operations are given. */
export interface ComposerPorts extends ComposerStores {
  readonly artifacts: PresigningObjectStore;
  readonly quotas: UserQuotas;
  readonly runtimeLimitSeconds: number;
  readonly checkpointDays: number;
  readonly metrics: MetricRecorder;
  readonly newId: () => string;
  readonly randomSeed: () => number;
  readonly newToken: () => string;
  readonly now: () => Date;
  readonly log: Log;
}

/** What a stage sets: the same for every test. */
const stage = { quotas, runtimeLimitSeconds: 7_200, checkpointDays: 7 } as const;

/** The stores, and everything else that the operations need, as every test has it. */
export const composerPorts = (
  stores: ComposerStores,
  { now, metrics, log }: Pick<ComposerPorts, "now" | "metrics" | "log">,
): ComposerPorts => ({
  ...stores,
  ...stage,
  artifacts: stores.files,
  metrics,
  newId: ulid,
  randomSeed: () => 1234,
  newToken: () => ulid().toLowerCase(),
  now,
  log,
});

/** Every operation but the one that gives the API's own document. */
export function composerOperations(
  dependencies: ComposerPorts,
): Readonly<Record<Exclude<OperationId, "getOpenApiDocument">, Operation>> {
  return {
    getHealth: async (request) => await getHealth({ request }),
    listTechniques: async (request) => await listTechniques({ request }),
    listSampleMelodies: async (request) => await listSampleMelodies({ request }),
    createTrack: async (request) => await createTrack({ request, ...dependencies }),
    listTracks: async (request) => await listTracks({ request, ...dependencies }),
    getTrack: async (request) => await getTrack({ request, ...dependencies }),
    updateTrack: async (request) => await updateTrack({ request, ...dependencies }),
    deleteTrack: async (request) => await deleteTrack({ request, ...dependencies }),
    createComposition: async (request) => await createComposition({ request, ...dependencies }),
    listCompositions: async (request) => await listCompositions({ request, ...dependencies }),
    getComposition: async (request) => await getComposition({ request, ...dependencies }),
    updateComposition: async (request) => await updateComposition({ request, ...dependencies }),
    deleteComposition: async (request) => await deleteComposition({ request, ...dependencies }),
    getCompositionMidi: async (request) => await getCompositionMidi({ request, ...dependencies }),
    listCompositionEditEvents: async (request) => await listCompositionEditEvents({ request, ...dependencies }),
    listModels: async (request) => await listModels({ request, ...dependencies }),
    getModel: async (request) => await getModel({ request, ...dependencies }),
    deleteModel: async (request) => await deleteModel({ request, ...dependencies }),
    listTrainingTopics: async (request) => await listTrainingTopics({ request, ...dependencies }),
    createTrainingJob: async (request) => await createTrainingJob({ request, ...dependencies }),
    listTrainingJobs: async (request) => await listTrainingJobs({ request, ...dependencies }),
    getTrainingJob: async (request) => await getTrainingJob({ request, ...dependencies }),
    deleteTrainingJob: async (request) => await deleteTrainingJob({ request, ...dependencies }),
    stopTrainingJob: async (request) => await stopTrainingJob({ request, ...dependencies }),
    listTrainingJobMetrics: async (request) => await listTrainingJobMetrics({ request, ...dependencies }),
    listTrainingJobSamples: async (request) => await listTrainingJobSamples({ request, ...dependencies }),
    getTrainingJobSample: async (request) => await getTrainingJobSample({ request, ...dependencies }),
  };
}

export interface ComposerApiParams {
  /** Whether the stock data set and model are in the table. */
  readonly seeded?: boolean;
  readonly clock?: () => Date;
}

export function composerApi({ seeded = true, clock = () => now }: ComposerApiParams = {}): ComposerApi {
  const stores = memoryStores(clock);
  if (seeded) {
    stores.stockModels.add(stockModel());
    stores.catalogues.add(catalogue());
  }
  const { tracks, compositions, models, trainingJobs } = stores;
  const buckets = new MemoryBuckets({ now: clock });
  const [files, work] = [buckets.store("artifacts"), buckets.store("work")];
  const recorded: string[] = [];
  const operationsLog = collectingLog();
  const metrics = { record: (name: string) => void recorded.push(name) };
  const ports = composerPorts({ ...stores, files, work }, { now: clock, metrics, log: operationsLog });
  return {
    ...documentedApi(composerOperations(ports)),
    ports,
    stores,
    tracks,
    compositions,
    models,
    trainingJobs,
    files,
    work,
    metrics: recorded,
    operationsLog,
  };
}
