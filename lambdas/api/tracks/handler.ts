import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { trackItemSchema } from "../../../domain/schemas/items";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createIdempotencyRecords } from "../../aws/table/idempotency-records";
import { createOpenWorkOfUser } from "../../aws/table/open-work-of-user";
import { createOwnedItems } from "../../aws/table/owned-items";
import { createPendingChanges } from "../../aws/table/pending-changes";
import { withHttp, type OperationsOf } from "../../http/with-http";
import { createObjectStore } from "../../stores/objects";
import { createLogger, logTo } from "../../telemetry/logger";
import { createTrack } from "./create-track";
import { deleteTrack } from "./delete-track";
import { getTrack } from "./get-track";
import { listTracks } from "./list-tracks";
import { updateTrack } from "./update-track";

const environment = readEnvironment(["tableName", "artefactsBucket", "userCaps"]);
const log = logTo(createLogger("api/tracks"));
const table = { client: createDocumentClient(patience.request.dynamodb), tableName: environment.tableName };
const dependencies = {
  tracks: createOwnedItems({ table, kind: "TRACK", schema: trackItemSchema }),
  pendingChanges: createPendingChanges(table),
  idempotencyRecords: createIdempotencyRecords(table),
  openWork: createOpenWorkOfUser(table),
  files: createObjectStore({ client: createS3Client(patience.request.s3), bucket: environment.artefactsBucket }),
  caps: environment.userCaps,
  newId: ulid,
  now: () => new Date(),
  log,
};

const operations = {
  createTrack: async (request) => await createTrack({ request, ...dependencies }),
  listTracks: async (request) => await listTracks({ request, ...dependencies }),
  getTrack: async (request) => await getTrack({ request, ...dependencies }),
  updateTrack: async (request) => await updateTrack({ request, ...dependencies }),
  deleteTrack: async (request) => await deleteTrack({ request, ...dependencies }),
} satisfies OperationsOf<"tracks">;

export const handler = withHttp({ operations, log });
