/** The whole API on a table and buckets in memory. */
import { ulid } from "ulid";
import document from "../../../../docs/openapi.json";
import type { UserQuotas } from "../../../../domain/schemas/user-quotas";
import { accountOperations } from "../../../../lambdas/api/account/operations";
import { compositionOperations } from "../../../../lambdas/api/compositions/operations";
import { datasetOperations } from "../../../../lambdas/api/datasets/operations";
import { discoveryOperations } from "../../../../lambdas/api/discovery/operations";
import { modelOperations } from "../../../../lambdas/api/models/operations";
import { sharedOperations } from "../../../../lambdas/api/shared/operations";
import { trackOperations } from "../../../../lambdas/api/tracks/operations";
import { trainingOperations } from "../../../../lambdas/api/training/operations";
import { newShareToken } from "../../../../lambdas/compositions/share-token";
import { createSharedCompositions, type SharedCompositions } from "../../../../lambdas/compositions/shared-composition";
import { bindOperations, type OperationsOf } from "../../../../lambdas/http/bind-operations";
import { refuseDuringErasure } from "../../../../lambdas/http/refuse-during-erasure";
import type { Operation } from "../../../../lambdas/http/with-http";
import type { Catalogues } from "../../../../lambdas/stores/catalogues";
import type { Compositions } from "../../../../lambdas/stores/compositions";
import type { DatasetFiles } from "../../../../lambdas/stores/dataset-files";
import type { DatasetVersions } from "../../../../lambdas/stores/dataset-versions";
import type { Datasets } from "../../../../lambdas/stores/datasets";
import type { Erasures } from "../../../../lambdas/stores/erasures";
import type { IdempotencyRecords } from "../../../../lambdas/stores/idempotency-records";
import type { Models, StockModels } from "../../../../lambdas/stores/models";
import type { PendingChanges } from "../../../../lambdas/stores/pending-changes";
import type { PresigningObjectStore } from "../../../../lambdas/stores/presigned-urls";
import type { QuotaCounters } from "../../../../lambdas/stores/quotas";
import type { Ratings } from "../../../../lambdas/stores/ratings";
import type { Shares } from "../../../../lambdas/stores/shares";
import type { Tracks } from "../../../../lambdas/stores/tracks";
import type { TrainingJobs } from "../../../../lambdas/stores/training-jobs";
import type { UploadSigner } from "../../../../lambdas/stores/upload-urls";
import type { Log } from "../../../../lambdas/telemetry/logger";
import type { MetricRecorder } from "../../../../lambdas/telemetry/metrics";
import type { ApiCapability, OperationId } from "../../../../naming/api-routes";
import { MemoryBuckets, type MemoryObjectStore, memoryUploads } from "../../../fakes/memory-object-store";
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
  readonly datasets: Datasets;
  readonly datasetFiles: DatasetFiles;
  readonly datasetVersions: DatasetVersions;
  readonly stockModels: StockModels;
  readonly ratings: Ratings;
  readonly shares: Shares;
  readonly quotaCounters: QuotaCounters;
  readonly catalogues: Catalogues;
  readonly pendingChanges: PendingChanges;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly erasures: Erasures;
  /** The bucket of what is kept, of which uploads are a part. */
  readonly files: PresigningObjectStore;
  readonly work: PresigningObjectStore;
  readonly uploads: UploadSigner;
}

/** Everything that the operations are given. */
export interface ComposerPorts extends ComposerStores {
  readonly artifacts: PresigningObjectStore;
  readonly quotas: UserQuotas;
  readonly runtimeLimitSeconds: number;
  readonly checkpointDays: number;
  readonly trainingInstanceType: string;
  readonly metrics: MetricRecorder;
  readonly newId: () => string;
  readonly randomSeed: () => number;
  readonly newToken: () => string;
  readonly newShareToken: () => string;
  readonly sharedCompositions: SharedCompositions;
  readonly now: () => Date;
  readonly log: Log;
}

/** What a stage sets: the same for every test. */
const stage = { quotas, runtimeLimitSeconds: 7_200, checkpointDays: 7, trainingInstanceType: "ml.m5.xlarge" } as const;

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
  newShareToken,
  sharedCompositions: createSharedCompositions({ ...stores, now }),
  now,
  log,
});

const allOperations = {
  ...discoveryOperations,
  ...trackOperations,
  ...compositionOperations,
  ...sharedOperations,
  ...modelOperations,
  ...datasetOperations,
  ...trainingOperations,
  ...accountOperations,
} satisfies OperationsOf<ApiCapability>;

/** Every operation, on these ports. */
export const composerOperations = (ports: ComposerPorts): Readonly<Partial<Record<OperationId, Operation>>> =>
  refuseDuringErasure(bindOperations(allOperations, { ...ports, document }), ports);

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
  stores.catalogues.readFrom(files);
  const recorded: string[] = [];
  const operationsLog = collectingLog();
  const metrics = { record: (name: string) => void recorded.push(name) };
  const uploads = memoryUploads(work);
  const ports = composerPorts({ ...stores, files, work, uploads }, { now: clock, metrics, log: operationsLog });
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
