/** The API's functions as they are deployed, environment and all, on a real table and real buckets. */
import type { UserQuotas } from "../../../domain/schemas/user-quotas";
import type { HttpEvent } from "../../../lambdas/http/request";
import type { HttpResult } from "../../../lambdas/http/with-http";
import { localCredentials } from "../../../local/cloud/ministack";
import { type ApiCapability, apiRoutes, isOperationId, type OperationId, routeKey } from "../../../naming/api-routes";
import { environmentVariables } from "../../../naming/environment-variables";
import { type Call, expectDocumented, httpEvent, type Reply } from "../../unit/api/support/documented-api";
import type { LocalTable } from "./local-table";

export interface ApiFunctions {
  /** Sends a request to the function of its route; the response is held to the API's document. */
  readonly call: (method: string, target: string, details?: Call) => Promise<Reply>;
  /** Gives the environment back as it was. */
  readonly stop: () => void;
}

export interface ApiFunctionsParams {
  readonly local: LocalTable;
  readonly quotas: UserQuotas;
  /** Of what stands before the table, where something does. */
  readonly endpointUrl?: string;
}

const operationOf = (key: string | undefined): OperationId | undefined => {
  const found = Object.entries(apiRoutes).find(([, route]) => routeKey(route) === key)?.[0];
  return found !== undefined && isOperationId(found) ? found : undefined;
};

export async function startApiFunctions(params: ApiFunctionsParams): Promise<ApiFunctions> {
  const { local, quotas, endpointUrl = local.endpointUrl } = params;
  const before = { ...process.env };
  // What the stack sets, and what the Lambda service adds.
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: local.region,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_METRICS_DISABLED: "true",
    POWERTOOLS_METRICS_NAMESPACE: "test",
    [environmentVariables.tableName]: local.tableName,
    [environmentVariables.artifactsBucket]: local.artifactsBucket,
    [environmentVariables.workBucket]: local.workBucket,
    [environmentVariables.userQuotas]: JSON.stringify(quotas),
    [environmentVariables.runtimeLimitSeconds]: "7200",
    [environmentVariables.checkpointDays]: "7",
    [environmentVariables.trainingInstanceType]: "ml.m5.xlarge",
  });
  const [discovery, tracks, compositions, shared, models, datasets, training, account] = await Promise.all([
    import("../../../lambdas/api/discovery/handler"),
    import("../../../lambdas/api/tracks/handler"),
    import("../../../lambdas/api/compositions/handler"),
    import("../../../lambdas/api/shared/handler"),
    import("../../../lambdas/api/models/handler"),
    import("../../../lambdas/api/datasets/handler"),
    import("../../../lambdas/api/training/handler"),
    import("../../../lambdas/api/account/handler"),
  ]);
  const handlers: Readonly<Record<ApiCapability, (event: HttpEvent) => Promise<HttpResult>>> = {
    discovery: discovery.handler,
    tracks: tracks.handler,
    compositions: compositions.handler,
    shared: shared.handler,
    models: models.handler,
    datasets: datasets.handler,
    training: training.handler,
    account: account.handler,
  };
  return {
    call: async (method, target, details = {}) => {
      const event = httpEvent(method, target, details);
      const operation = operationOf(event.routeKey);
      const handler = handlers[operation === undefined ? "discovery" : apiRoutes[operation].capability];
      const { statusCode: status, headers, body, isBase64Encoded } = await handler(event);
      const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
      const isJson = headers["content-type"]?.endsWith("json") === true;
      const reply = { status, headers, bytes, body: isJson ? (JSON.parse(bytes.toString()) as unknown) : undefined };
      if (operation !== undefined) expectDocumented(operation, reply);
      return reply;
    },
    stop: () => {
      process.env = before;
    },
  };
}
