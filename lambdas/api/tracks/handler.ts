import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { type OperationsOf, withHttp } from "../../http/with-http";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createIdempotencyRecords } from "../../stores/idempotency-records";
import { createObjectStore } from "../../stores/objects";
import { createOpenWork } from "../../stores/open-work";
import { createPendingChanges } from "../../stores/pending-changes";
import { createTracks } from "../../stores/tracks";
import { createLogger, logTo } from "../../telemetry/logger";
import { createTrack } from "./create-track";
import { deleteTrack } from "./delete-track";
import { getTrack } from "./get-track";
import { listTracks } from "./list-tracks";
import { updateTrack } from "./update-track";

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
  openWork: createOpenWork({ table, now }),
  files: createObjectStore({ client: createS3Client(patience.request.s3), bucket: environment.artifactsBucket }),
  quotas: environment.userQuotas,
  newId: ulid,
  now,
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
