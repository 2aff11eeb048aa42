import type { IncomingMessage, ServerResponse } from "node:http";
import { ServiceError } from "./service-error";

/** CreateTrainingJob at its limits is some 400 KB; nothing of the control plane comes near this. */
export const controlBodyBytes = 2 * 1024 * 1024;
/**
 * Beyond it nobody waits for a polite response. Above the largest payload, so that this gets the service's own words.
 */
export const runtimeBodyBytes = 32 * 1024 * 1024;

/** Members of the two error shapes that are spelled with a capital in the control plane's model. */
const modeledControlErrors = new Set([
  "ResourceInUse",
  "ResourceNotFound",
  "ResourceLimitExceeded",
  "ConflictException",
]);

/** @throws ServiceError when the body is larger than `limit` */
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

/** @throws ServiceError SerializationException */
export function parseJson(body: Buffer): unknown {
  try {
    return body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
  } catch {
    throw new ServiceError({ code: "SerializationException", status: 400, message: "The request is not JSON." });
  }
}

/** A response of the AWS JSON 1.1 protocol; operations without output answer an empty body. */
export function sendJson(response: ServerResponse, params: { requestId: string; output: unknown }): void {
  const text = params.output === undefined ? "" : JSON.stringify(params.output);
  send(response, {
    status: 200,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": params.requestId },
    body: text,
  });
}

/** An error of the AWS JSON 1.1 protocol. */
export function sendJsonError(response: ServerResponse, params: { requestId: string; error: ServiceError }): void {
  const { requestId, error } = params;
  const messageMember = modeledControlErrors.has(error.code) ? "Message" : "message";
  send(response, {
    status: error.status,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": requestId },
    body: JSON.stringify({ __type: error.code, [messageMember]: error.message, ...error.members }),
  });
}

/** An error of the rest-json protocol: its name is in a header. A bare 413 has none. */
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

/** `authorization` names the service that the request was signed for: `…/REGION/SERVICE/aws4_request`. */
export function signedService(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  return /^AWS4-HMAC-SHA256 .*Credential=[^/\s]+\/\d{8}\/[a-z0-9-]+\/([a-z0-9-]+)\/aws4_request/.exec(
    authorization ?? "",
  )?.[1];
}
