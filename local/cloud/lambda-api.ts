import * as z from "zod";
import { localCredentials } from "./ministack";

/**
 * The few Lambda operations that a local start needs, by plain HTTP. MiniStack checks no signature, so an SDK client
 * would have no use.
 */
export interface LambdaApi {
  /** Starts a function and waits for its response. @throws Error where the function failed */
  readonly invoke: (functionName: string, event: unknown) => Promise<void>;
  /** Makes every event source mapping of a stream anew and returns their number: {@link restartStreamSources}. */
  readonly restartStreamSources: () => Promise<number>;
}

const mappingSchema = z.looseObject({ UUID: z.string(), EventSourceArn: z.string(), FunctionArn: z.string() });
type Mapping = z.infer<typeof mappingSchema>;

/** The members of a mapping's description that CreateEventSourceMapping takes. */
const settings = [
  "EventSourceArn",
  "BatchSize",
  "FilterCriteria",
  "MaximumBatchingWindowInSeconds",
  "ParallelizationFactor",
  "StartingPosition",
  "DestinationConfig",
  "MaximumRecordAgeInSeconds",
  "BisectBatchOnFunctionError",
  "MaximumRetryAttempts",
  "FunctionResponseTypes",
] as const;

export function createLambdaApi(params: { readonly endpointUrl: string; readonly region: string }): LambdaApi {
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(`${params.endpointUrl}${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        // MiniStack reads only the credential's scope, which names the service.
        authorization: `AWS4-HMAC-SHA256 Credential=${localCredentials.accessKeyId}/20260101/${params.region}/lambda/aws4_request, SignedHeaders=host, Signature=none`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(300_000),
    });
    if (!response.ok)
      throw new Error(`Lambda ${method} ${path} responded with ${response.status}: ${await response.text()}`);
    return response;
  };
  return {
    invoke: async (functionName, event) => {
      const response = await call("POST", `/2015-03-31/functions/${functionName}/invocations`, event);
      const text = await response.text();
      const failed = response.headers.get("x-amz-function-error");
      if (failed !== null) throw new Error(`${functionName} failed (${failed}): ${text.slice(0, 500)}`);
    },
    restartStreamSources: async () => await restartStreamSources(call),
  };
}

/**
 * Deletes every DynamoDB stream's event source mapping and creates it again.
 *
 * MiniStack saves how far a mapping has read but not the stream's records: after a restart a mapping skips as many new
 * records as there were before. A new mapping begins at the beginning of the stream, which after a restart is now.
 *
 * @returns the number of mappings
 */
async function restartStreamSources(
  call: (method: string, path: string, body?: unknown) => Promise<Response>,
): Promise<number> {
  const listed = z
    .object({ EventSourceMappings: z.array(mappingSchema) })
    .parse(await (await call("GET", "/2015-03-31/event-source-mappings/")).json());
  const streams = listed.EventSourceMappings.filter(({ EventSourceArn }) =>
    /:dynamodb:.*\/stream\//.test(EventSourceArn),
  );
  for (const mapping of streams) {
    await call("DELETE", `/2015-03-31/event-source-mappings/${mapping.UUID}`);
    await call("POST", "/2015-03-31/event-source-mappings/", creationRequest(mapping));
  }
  return streams.length;
}

function creationRequest(mapping: Mapping): Record<string, unknown> {
  const request: Record<string, unknown> = { FunctionName: mapping.FunctionArn, Enabled: true };
  for (const name of settings) {
    const value = mapping[name];
    if (value !== undefined && value !== null) request[name] = value;
  }
  return request;
}
