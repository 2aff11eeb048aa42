import document from "../../../docs/openapi.json";
import { bindOperations } from "../../http/bind-operations";
import { withHttp } from "../../http/with-http";
import { createLogger, logTo } from "../../telemetry/logger";
import { discoveryOperations } from "./operations";

/** This function also gets every request without a route (`$default`), and responds with 405 or 404. */
export const handler = withHttp({
  operations: bindOperations(discoveryOperations, { document }),
  log: logTo(createLogger("api/discovery")),
});
