import type { IncomingMessage, ServerResponse } from "node:http";
import { ServiceError } from "./service-error";

/**
 * The maximum number of bytes of a control plane request. CreateTrainingJob at its limits has some 400 KB, so no valid request comes
 * near this.
 */
export const controlBodyBytes = 2 * 1024 * 1024;
/**
 * The maximum number of bytes of a runtime request that are read. The limit is above the largest payload, so that a body which is
 * only a little too large gets the service's own error; a much larger one is cut off.
 */
export const runtimeBodyBytes = 32 * 1024 * 1024;

/** Errors whose message member is spelled with a capital letter in the control plane's model. */
const modeledControlErrors = new Set([
  "ResourceInUse",
  "ResourceNotFound",
  "ResourceLimitExceeded",
  "ConflictException",
]);

/**
 * Reads the body of a request.
 * @throws ServiceError when the body is larger than `limit`
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > limit) {
      throw new ServiceError({
        code: "RequestEntityTooLargeException",
        status: 413,
        message: `The request is larger than ${limit} bytes.`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * Parses a JSON body. An empty one counts as `{}`.
 * @throws ServiceError SerializationException
 */
export function parseJson(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch {
    throw new ServiceError({ code: "SerializationException", status: 400, message: "The request is not JSON." });
  }
}

/** Sends a response of the AWS JSON 1.1 protocol. Operations without output respond with an empty body. */
export function sendJson(response: ServerResponse, params: { requestId: string; output: unknown }): void {
  const text = params.output === undefined ? "" : JSON.stringify(params.output);
  send(response, {
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": params.requestId },
    body: text,
  });
}

/** Sends an error of the AWS JSON 1.1 protocol. */
export function sendJsonError(response: ServerResponse, params: { requestId: string; error: ServiceError }): void {
  const { requestId, error } = params;
  const messageMember = modeledControlErrors.has(error.code) ? "Message" : "message";
  send(response, {
    status: error.status,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": requestId },
    body: JSON.stringify({ __type: error.code, [messageMember]: error.message, ...error.members }),
  });
}

/** Sends an error of the rest-json protocol, whose name is in a header. A bare 413 has no name. */
export function sendRestError(response: ServerResponse, params: { requestId: string; error: ServiceError }): void {
  const { requestId, error } = params;
  send(response, {
    status: error.status,
    headers: {
      "content-type": "application/json",
      "x-amzn-requestid": requestId,
      ...(error.code === String(error.status) ? {} : { "x-amzn-errortype": error.code }),
    },
    body: JSON.stringify({ Message: error.message, ...error.members }),
  });
}

export function send(
  response: ServerResponse,
  params: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Buffer;
  },
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(params.status, {
    ...params.headers,
    "content-length": Buffer.byteLength(params.body),
  });
  response.end(params.body);
}

/** Returns the service for which a request was signed. `authorization` names it: `…/REGION/SERVICE/aws4_request`. */
export function signedService(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  return /^AWS4-HMAC-SHA256 .*Credential=[^/\s]+\/\d{8}\/[a-z0-9-]+\/([a-z0-9-]+)\/aws4_request/.exec(
    authorization ?? "",
  )?.[1];
}
