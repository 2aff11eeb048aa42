import { patience } from "../../../naming/time-limits";
import { modelItemSchema } from "../../../domain/schemas/items";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createStoredFiles } from "../../aws/stored-files";
import { createOpenWorkOfUser } from "../../stores/open-work-of-user";
import { createOwnedItems } from "../../stores/owned-rows";
import { createPendingChanges } from "../../stores/pending-changes";
import { createStockModels } from "../../stores/stock-models";
import { withHttp, type OperationsOf } from "../../http/with-http";
import { createLogger, logTo } from "../../telemetry/logger";
import { deleteModel } from "./delete-model";
import { getModel } from "./get-model";
import { listModels } from "./list-models";

const environment = readEnvironment(["tableName", "artefactsBucket"]);
const log = logTo(createLogger("api/models"));
const table = { client: createDocumentClient(patience.request.dynamodb), tableName: environment.tableName };
const dependencies = {
  models: createOwnedItems({ table, kind: "MODEL", schema: modelItemSchema }),
  stockModels: createStockModels(table),
  pendingChanges: createPendingChanges(table),
  openWork: createOpenWorkOfUser(table),
  files: createStoredFiles({ client: createS3Client(patience.request.s3), bucket: environment.artefactsBucket }),
  now: () => new Date(),
  log,
};

const operations = {
  listModels: async (request) => await listModels({ request, ...dependencies }),
  getModel: async (request) => await getModel({ request, ...dependencies }),
  deleteModel: async (request) => await deleteModel({ request, ...dependencies }),
} satisfies OperationsOf<"models">;

export const handler = withHttp({ operations, log });
