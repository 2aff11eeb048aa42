import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { bindOperations } from "../../http/bind-operations";
import { refuseDuringErasure } from "../../http/refuse-during-erasure";
import { withHttp } from "../../http/with-http";
import { createDatasetFiles } from "../../stores/dataset-files";
import { createDatasetVersions } from "../../stores/dataset-versions";
import { createDatasets } from "../../stores/datasets";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createErasures } from "../../stores/erasures";
import { createIdempotencyRecords } from "../../stores/idempotency-records";
import { createModels } from "../../stores/models";
import { createObjectStore } from "../../stores/objects";
import { createPendingChanges } from "../../stores/pending-changes";
import { createTrainingJobs } from "../../stores/training-jobs";
import { createUploadSigner } from "../../stores/upload-urls";
import { createLogger, logTo } from "../../telemetry/logger";
import { datasetOperations } from "./operations";

const environment = readEnvironment(["tableName", "artifactsBucket", "workBucket", "userQuotas"]);
const log = logTo(createLogger("api/datasets"));
const table = createDynamoDBTable({
  client: createDocumentClient(patience.request.dynamodb),
  tableName: environment.tableName,
});
const now = () => new Date();
const client = createS3Client(patience.request.s3);
const dependencies = {
  datasets: createDatasets({ table, now }),
  datasetFiles: createDatasetFiles({ table, now }),
  datasetVersions: createDatasetVersions({ table, now }),
  models: createModels({ table, now }),
  trainingJobs: createTrainingJobs({ table, now }),
  pendingChanges: createPendingChanges({ table, now }),
  idempotencyRecords: createIdempotencyRecords({ table, now }),
  artifacts: createObjectStore({ client, bucket: environment.artifactsBucket }),
  work: createObjectStore({ client, bucket: environment.workBucket }),
  uploads: createUploadSigner({ client, bucket: environment.workBucket, now }),
  quotas: environment.userQuotas,
  newId: ulid,
  now,
  log,
};

export const handler = withHttp({
  operations: refuseDuringErasure(bindOperations(datasetOperations, dependencies), {
    erasures: createErasures({ table, now }),
  }),
  log,
});
