import { ulid } from "ulid";
import { patience } from "../../../naming/time-limits";
import { createDocumentClient } from "../../aws/clients";
import { readEnvironment } from "../../aws/environment";
import { bindOperations } from "../../http/bind-operations";
import { withHttp } from "../../http/with-http";
import { createDynamoDBTable } from "../../stores/dynamodb-table";
import { createErasures } from "../../stores/erasures";
import { createLogger, logTo } from "../../telemetry/logger";
import { accountOperations } from "./operations";

const { tableName } = readEnvironment(["tableName"]);
const table = createDynamoDBTable({ client: createDocumentClient(patience.request.dynamodb), tableName });
const erasures = createErasures({ table, now: () => new Date() });

export const handler = withHttp({
  operations: bindOperations(accountOperations, { erasures, newId: ulid }),
  log: logTo(createLogger("api/account")),
});
