import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { bindOperations } from "../../http/bind-operations";
import { refuseDuringErasure } from "../../http/refuse-during-erasure";
import { withHttp } from "../../http/with-http";
import { createCatalogues } from "../../stores/catalogues";
import { createDatasetVersions } from "../../stores/dataset-versions";
import { createDatasets } from "../../stores/datasets";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createErasures } from "../../stores/erasures";
import { createIdempotencyRecords } from "../../stores/idempotency-records";
import { createPendingChanges } from "../../stores/pending-changes";
import { createPresigningObjectStore } from "../../stores/presigned-urls";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createLogger, logTo } from "../../telemetry/logger";
import { createMetrics } from "../../telemetry/metrics";
import { trainingOperations } from "./operations";

const environment = readEnvironment([
  "tableName",
  "artifactsBucket",
  "workBucket",
  "userQuotas",
  "runtimeLimitSeconds",
  "checkpointDays",
  "trainingInstanceType",
]);
const log = logTo(createLogger("api/training"));
const table = createDynamoDBTable({
  client: createDocumentClient(patience.request.dynamodb),
  tableName: environment.tableName,
});
const now = () => new Date();
const s3 = createS3Client(patience.request.s3);
const metrics = createMetrics();
const artifacts = createPresigningObjectStore({ client: s3, bucket: environment.artifactsBucket, now });
const dependencies = {
  trainingJobs: createTrainingJobs({ table, now }),
  catalogues: createCatalogues({ table, artifacts }),
  datasets: createDatasets({ table, now }),
  datasetVersions: createDatasetVersions({ table, now }),
  pendingChanges: createPendingChanges({ table, now }),
  idempotencyRecords: createIdempotencyRecords({ table, now }),
  artifacts,
  work: createPresigningObjectStore({ client: s3, bucket: environment.workBucket, now }),
  quotas: environment.userQuotas,
  runtimeLimitSeconds: environment.runtimeLimitSeconds,
  checkpointDays: environment.checkpointDays,
  trainingInstanceType: environment.trainingInstanceType,
  metrics,
  newId: ulid,
  now,
  log,
};

export const handler = withHttp({
  operations: refuseDuringErasure(bindOperations(trainingOperations, dependencies), {
    erasures: createErasures({ table, now }),
  }),
  log,
  afterRequest: () => {
    metrics.publish();
  },
});
