import { patience } from "../../../naming/time-limits";
import { modelItemSchema } from "../../../domain/schemas/items";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createOpenWorkOfUser } from "../../aws/table/open-work-of-user";
import { createOwnedItems } from "../../aws/table/owned-items";
import { createPendingChanges } from "../../aws/table/pending-changes";
import { createStockModels } from "../../aws/table/shared-items";
import { withHttp, type OperationsOf } from "../../http/with-http";
import { createObjectStore } from "../../stores/objects";
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
  files: createObjectStore({ client: createS3Client(patience.request.s3), bucket: environment.artefactsBucket }),
  now: () => new Date(),
  log,
};

const operations = {
  listModels: async (request) => await listModels({ request, ...dependencies }),
  getModel: async (request) => await getModel({ request, ...dependencies }),
  deleteModel: async (request) => await deleteModel({ request, ...dependencies }),
} satisfies OperationsOf<"models">;

export const handler = withHttp({ operations, log });
