import { patience } from "../../../naming/time-limits";
import { createDocumentClient, createS3Client } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { createSharedCompositions } from "../../compositions/shared-composition";
import { bindOperations } from "../../http/bind-operations";
import { withHttp } from "../../http/with-http";
import { createCompositions } from "../../stores/compositions";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createObjectStore } from "../../stores/objects";
import { createShares } from "../../stores/shares";
import { createLogger, logTo } from "../../telemetry/logger";
import { sharedOperations } from "./operations";

const environment = readEnvironment(["tableName", "artifactsBucket"]);
const log = logTo(createLogger("api/shared"));
const table = createDynamoDBTable({
  client: createDocumentClient(patience.request.dynamodb),
  tableName: environment.tableName,
});
const now = () => new Date();

/** This function serves people who are not signed in. It only reads. */
export const handler = withHttp({
  operations: bindOperations(sharedOperations, {
    sharedCompositions: createSharedCompositions({
      shares: createShares({ table, now }),
      compositions: createCompositions({ table, now }),
      now,
    }),
    files: createObjectStore({ client: createS3Client(patience.request.s3), bucket: environment.artifactsBucket }),
  }),
  log,
});
