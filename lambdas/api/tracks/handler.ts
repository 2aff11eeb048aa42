import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { bindOperations } from "../../http/bind-operations";
import { refuseDuringErasure } from "../../http/refuse-during-erasure";
import { withHttp } from "../../http/with-http";
import { createCompositions } from "../../stores/compositions";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createErasures } from "../../stores/erasures";
import { createIdempotencyRecords } from "../../stores/idempotency-records";
import { createPendingChanges } from "../../stores/pending-changes";
import { createPresigningObjectStore } from "../../stores/presigned-urls";
import { createTracks } from "../../stores/tracks";
import { createLogger, logTo } from "../../telemetry/logger";
import { trackOperations } from "./operations";

const environment = readEnvironment(["tableName", "artifactsBucket", "userQuotas"]);
const log = logTo(createLogger("api/tracks"));
const table = createDynamoDBTable({
  client: createDocumentClient(patience.request.dynamodb),
  tableName: environment.tableName,
});
const now = () => new Date();
const dependencies = {
  tracks: createTracks({ table, now }),
  pendingChanges: createPendingChanges({ table, now }),
  idempotencyRecords: createIdempotencyRecords({ table, now }),
  compositions: createCompositions({ table, now }),
  files: createPresigningObjectStore({
    client: createS3Client(patience.request.s3),
    bucket: environment.artifactsBucket,
    now,
  }),
  quotas: environment.userQuotas,
  newId: ulid,
  now,
  log,
};

export const handler = withHttp({
  operations: refuseDuringErasure(bindOperations(trackOperations, dependencies), {
    erasures: createErasures({ table, now }),
  }),
  log,
});
