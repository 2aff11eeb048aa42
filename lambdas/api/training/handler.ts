import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { type OperationsOf, withHttp } from "../../http/with-http";
import { createCatalogues } from "../../stores/catalogues";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createIdempotencyRecords } from "../../stores/idempotency-records";
import { createOpenWork } from "../../stores/open-work";
import { createPendingChanges } from "../../stores/pending-changes";
import { createPresigningObjectStore } from "../../stores/presigned-urls";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createLogger, logTo } from "../../telemetry/logger";
import { createMetrics } from "../../telemetry/metrics";
import { createTrainingJob } from "./create-training-job";
import { deleteTrainingJob } from "./delete-training-job";
import { getTrainingJob } from "./get-training-job";
import { getTrainingJobSample } from "./get-training-job-sample";
import { listTrainingJobMetrics } from "./list-training-job-metrics";
import { listTrainingJobSamples } from "./list-training-job-samples";
import { listTrainingJobs } from "./list-training-jobs";
import { listTrainingTopics } from "./list-training-topics";
import { stopTrainingJob } from "./stop-training-job";

const environment = readEnvironment([
  "tableName",
  "artifactsBucket",
  "workBucket",
  "userQuotas",
  "runtimeLimitSeconds",
  "checkpointDays",
]);
const log = logTo(createLogger("api/training"));
const table = createDynamoDBTable({
  client: createDocumentClient(patience.request.dynamodb),
  tableName: environment.tableName,
});
const now = () => new Date();
const s3 = createS3Client(patience.request.s3);
const metrics = createMetrics();
const dependencies = {
  trainingJobs: createTrainingJobs({ table, now }),
  catalogues: createCatalogues(table),
  pendingChanges: createPendingChanges({ table, now }),
  idempotencyRecords: createIdempotencyRecords({ table, now }),
  openWork: createOpenWork({ table, now }),
  artifacts: createPresigningObjectStore({ client: s3, bucket: environment.artifactsBucket, now }),
  work: createPresigningObjectStore({ client: s3, bucket: environment.workBucket, now }),
  quotas: environment.userQuotas,
  runtimeLimitSeconds: environment.runtimeLimitSeconds,
  checkpointDays: environment.checkpointDays,
  metrics,
  newId: ulid,
  now,
  log,
};

const operations = {
  listTrainingTopics: async (request) => await listTrainingTopics({ request, ...dependencies }),
  createTrainingJob: async (request) => await createTrainingJob({ request, ...dependencies }),
  listTrainingJobs: async (request) => await listTrainingJobs({ request, ...dependencies }),
  getTrainingJob: async (request) => await getTrainingJob({ request, ...dependencies }),
  deleteTrainingJob: async (request) => await deleteTrainingJob({ request, ...dependencies }),
  stopTrainingJob: async (request) => await stopTrainingJob({ request, ...dependencies }),
  listTrainingJobMetrics: async (request) => await listTrainingJobMetrics({ request, ...dependencies }),
  listTrainingJobSamples: async (request) => await listTrainingJobSamples({ request, ...dependencies }),
  getTrainingJobSample: async (request) => await getTrainingJobSample({ request, ...dependencies }),
} satisfies OperationsOf<"training">;

export const handler = withHttp({
  operations,
  log,
  afterRequest: () => {
    metrics.publish();
  },
});
