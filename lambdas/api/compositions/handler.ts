import { randomBytes, randomInt } from "node:crypto";
import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { newShareToken } from "../../compositions/share-token";
import { bindOperations } from "../../http/bind-operations";
import { refuseDuringErasure } from "../../http/refuse-during-erasure";
import { withHttp } from "../../http/with-http";
import { createCompositions } from "../../stores/compositions";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createErasures } from "../../stores/erasures";
import { createIdempotencyRecords } from "../../stores/idempotency-records";
import { createModels, createStockModels } from "../../stores/models";
import { createPendingChanges } from "../../stores/pending-changes";
import { createPresigningObjectStore } from "../../stores/presigned-urls";
import { createQuotaCounters } from "../../stores/quotas";
import { createRatings } from "../../stores/ratings";
import { createShares } from "../../stores/shares";
import { createTracks } from "../../stores/tracks";
import { createLogger, logTo } from "../../telemetry/logger";
import { createMetrics } from "../../telemetry/metrics";
import { compositionOperations } from "./operations";

const component = "api/compositions";
const environment = readEnvironment(["tableName", "artifactsBucket", "userQuotas"]);
const log = logTo(createLogger(component));
const table = createDynamoDBTable({
  client: createDocumentClient(patience.request.dynamodb),
  tableName: environment.tableName,
});
const now = () => new Date();
const metrics = createMetrics();
const dependencies = {
  compositions: createCompositions({ table, now }),
  tracks: createTracks({ table, now }),
  models: createModels({ table, now }),
  stockModels: createStockModels(table),
  ratings: createRatings({ table, now }),
  shares: createShares({ table, now }),
  pendingChanges: createPendingChanges({ table, now }),
  idempotencyRecords: createIdempotencyRecords({ table, now }),
  files: createPresigningObjectStore({
    client: createS3Client(patience.request.s3),
    bucket: environment.artifactsBucket,
    now,
  }),
  quotas: environment.userQuotas,
  quotaCounters: createQuotaCounters(table),
  metrics,
  newId: ulid,
  randomSeed: () => randomInt(2_147_483_648),
  newToken: () => randomBytes(8).toString("hex"),
  newShareToken,
  now,
  log,
};

export const handler = withHttp({
  operations: refuseDuringErasure(bindOperations(compositionOperations, dependencies), {
    erasures: createErasures({ table, now }),
  }),
  log,
  afterRequest: () => {
    metrics.publish();
  },
});
