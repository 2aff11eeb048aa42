import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { type OperationsOf, withHttp } from "../../http/with-http";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createModels, createStockModels } from "../../stores/models";
import { createObjectStore } from "../../stores/objects";
import { createOpenWork } from "../../stores/open-work";
import { createPendingChanges } from "../../stores/pending-changes";
import { createLogger, logTo } from "../../telemetry/logger";
import { deleteModel } from "./delete-model";
import { getModel } from "./get-model";
import { listModels } from "./list-models";

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
  pendingChanges: createPendingChanges({ table, now }),
  openWork: createOpenWork({ table, now }),
  files: createObjectStore({ client: createS3Client(patience.request.s3), bucket: environment.artifactsBucket }),
  now,
  log,
};

const operations = {
  listModels: async (request) => await listModels({ request, ...dependencies }),
  getModel: async (request) => await getModel({ request, ...dependencies }),
  deleteModel: async (request) => await deleteModel({ request, ...dependencies }),
} satisfies OperationsOf<"models">;

export const handler = withHttp({ operations, log });
