import document from "../../../docs/openapi.json";
import { type OperationsOf, withHttp } from "../../http/with-http";
import { createLogger, logTo } from "../../telemetry/logger";
import { getHealth } from "./get-health";
import { getOpenApiDocument } from "./get-openapi-document";
import { listSampleMelodies } from "./list-sample-melodies";
import { listTechniques } from "./list-techniques";

const operations = {
  getHealth: async (request) => await getHealth({ request }),
  getOpenApiDocument: async (request) => await getOpenApiDocument({ request, document }),
  listTechniques: async (request) => await listTechniques({ request }),
  listSampleMelodies: async (request) => await listSampleMelodies({ request }),
} satisfies OperationsOf<"discovery">;

/** Also where every request without a route ends (`$default`): 405 or 404. */
export const handler = withHttp({ operations, log: logTo(createLogger("api/discovery")) });
