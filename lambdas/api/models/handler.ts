import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { bindOperations } from "../../http/bind-operations";
import { refuseDuringErasure } from "../../http/refuse-during-erasure";
import { withHttp } from "../../http/with-http";
import { createCompositions } from "../../stores/compositions";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createErasures } from "../../stores/erasures";
import { createModels, createStockModels } from "../../stores/models";
import { createPendingChanges } from "../../stores/pending-changes";
import { createPresigningObjectStore } from "../../stores/presigned-urls";
import { createRatings } from "../../stores/ratings";
import { createLogger, logTo } from "../../telemetry/logger";
import { modelOperations } from "./operations";

const environment = readEnvironment(["tableName", "artifactsBucket"]);
const log = logTo(createLogger("api/models"));
const table = createDynamoDBTable({
  client: createDocumentClient(patience.request.dynamodb),
  tableName: environment.tableName,
});
const now = () => new Date();
const dependencies = {
  models: createModels({ table, now }),
  stockModels: createStockModels(table),
  ratings: createRatings({ table, now }),
  pendingChanges: createPendingChanges({ table, now }),
  compositions: createCompositions({ table, now }),
  files: createPresigningObjectStore({
    client: createS3Client(patience.request.s3),
    bucket: environment.artifactsBucket,
    now,
  }),
  now,
  log,
};

export const handler = withHttp({
  operations: refuseDuringErasure(bindOperations(modelOperations, dependencies), {
    erasures: createErasures({ table, now }),
  }),
  log,
});
