import { randomBytes, randomInt } from "node:crypto";
import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { compositionItemSchema, modelItemSchema, trackItemSchema } from "../../../domain/schemas/items";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createIdempotencyRecords } from "../../aws/table/idempotency-records";
import { createOpenWorkOfUser } from "../../aws/table/open-work-of-user";
import { createOwnedItems } from "../../aws/table/owned-items";
import { createPendingChanges } from "../../aws/table/pending-changes";
import { createStockModels } from "../../aws/table/shared-items";
import { withHttp, type OperationsOf } from "../../http/with-http";
import { createPresigningObjectStore } from "../../stores/presigned-urls";
import { createLogger, logTo } from "../../telemetry/logger";
import { createMetrics } from "../../telemetry/metrics";
import { createComposition } from "./create-composition";
import { deleteComposition } from "./delete-composition";
import { getComposition } from "./get-composition";
import { getCompositionMidi } from "./get-composition-midi";
import { listCompositionEditEvents } from "./list-composition-edit-events";
import { listCompositions } from "./list-compositions";
import { updateComposition } from "./update-composition";

const component = "api/compositions";
const environment = readEnvironment(["tableName", "artefactsBucket", "userCaps"]);
const log = logTo(createLogger(component));
const table = { client: createDocumentClient(patience.request.dynamodb), tableName: environment.tableName };
const now = () => new Date();
const metrics = createMetrics();
const dependencies = {
  compositions: createOwnedItems({ table, kind: "COMPOSITION", schema: compositionItemSchema }),
  tracks: createOwnedItems({ table, kind: "TRACK", schema: trackItemSchema }),
  models: createOwnedItems({ table, kind: "MODEL", schema: modelItemSchema }),
  stockModels: createStockModels(table),
  pendingChanges: createPendingChanges(table),
  idempotencyRecords: createIdempotencyRecords(table),
  openWork: createOpenWorkOfUser(table),
  files: createPresigningObjectStore({
    client: createS3Client(patience.request.s3),
    bucket: environment.artefactsBucket,
    now,
  }),
  caps: environment.userCaps,
  metrics,
  newId: ulid,
  randomSeed: () => randomInt(2_147_483_648),
  newToken: () => randomBytes(8).toString("hex"),
  now,
  log,
};

const operations = {
  createComposition: async (request) => await createComposition({ request, ...dependencies }),
  listCompositions: async (request) => await listCompositions({ request, ...dependencies }),
  getComposition: async (request) => await getComposition({ request, ...dependencies }),
  updateComposition: async (request) => await updateComposition({ request, ...dependencies }),
  deleteComposition: async (request) => await deleteComposition({ request, ...dependencies }),
  getCompositionMidi: async (request) => await getCompositionMidi({ request, ...dependencies }),
  listCompositionEditEvents: async (request) => await listCompositionEditEvents({ request, ...dependencies }),
} satisfies OperationsOf<"compositions">;

export const handler = withHttp({
  operations,
  log,
  afterRequest: () => {
    metrics.publish();
  },
});
