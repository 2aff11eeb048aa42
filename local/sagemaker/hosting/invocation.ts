import { type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { loopback } from "../../../tools/processes/free-port";
import { ServiceError } from "../api/service-error";
import type { LocalSageMakerConfig } from "../config";
import { cutText } from "../training/folder-contract";
import type { Endpoints, InvocableEndpoint } from "./endpoints";

/** Payload limits of the service, in bytes, for requests and responses alike. */
export const realTimeBytes = 6 * 1024 * 1024;
export const serverlessBytes = 4 * 1024 * 1024;

/** One call of InvokeEndpoint. */
export interface Invocation {
  readonly endpointName: string;
  readonly body: Buffer;
  /** The HTTP headers of the operation's members that the caller sent, by lower case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestId: string;
}

export interface InvocationResponse {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Members that choose which part of an endpoint responds. This server does not have such endpoints, and ignoring the
 * members would mislead.
 */
const unsupportedMembers = [
  "TargetModel",
  "TargetContainerHostname",
  "InferenceComponentName",
  "SessionId",
  "EnableExplanations",
] as const;

/**
 * Refuses a request with members that this server does not support.
 * @throws ServiceError naming the member
 */
export function refuseUnsupportedHeaders(members: Readonly<Record<string, unknown>>): void {
  for (const member of unsupportedMembers) {
    if (members[member] !== undefined)
      throw validationError(`${member} is not supported by this local SageMaker server.`);
  }
}

const customAttributesHeader = "x-amzn-sagemaker-custom-attributes";
/** The headers that the service passes to the container; it removes all others. */
const forwarded = ["content-type", "accept", customAttributesHeader, "x-amzn-sagemaker-inference-id"];

/**
 * Implements InvokeEndpoint: passes the body to the endpoint's model server within the service's limits of time, size
 * and concurrency.
 * @throws ServiceError in the runtime's error shapes
 */
export async function invokeEndpoint(params: {
  readonly invocation: Invocation;
  readonly endpoints: Endpoints;
  readonly config: LocalSageMakerConfig;
}): Promise<InvocationResponse> {
  const { invocation, endpoints, config } = params;
  const { endpointName, body, requestId } = invocation;
  const about = endpoints.about(endpointName);
  if (about === undefined || about.status === "Creating" || about.status === "Deleting" || about.status === "Failed") {
    throw validationError(`Endpoint ${endpointName} of account ${config.accountId} not found.`);
  }
  const limit = about.isServerless ? serverlessBytes : realTimeBytes;
  if (body.length > limit) throw tooLarge(about.isServerless, limit, requestId);
  const variant = invocation.headers["x-amzn-sagemaker-target-variant"];
  const endpoint = endpoints.invocable(endpointName);
  if (endpoint?.server.state !== "ready") throw notReady(about.isServerless, endpointName);
  if (variant !== undefined && variant !== endpoint.variantName) {
    throw validationError(`Variant ${variant} was not found for endpoint ${endpointName}.`);
  }
  if (endpoint.maxConcurrency !== undefined && endpoint.inFlight >= endpoint.maxConcurrency) {
    throw new ServiceError({
      code: "ThrottlingException",
      status: 429,
      message: `Rate exceeded: endpoint ${endpointName} serves its MaxConcurrency of ${endpoint.maxConcurrency} invocations.`,
    });
  }
  endpoint.inFlight += 1;
  try {
    return await ask({ invocation, endpoint, config, limit });
  } finally {
    endpoint.inFlight -= 1;
  }
}

async function ask(params: {
  readonly invocation: Invocation;
  readonly endpoint: InvocableEndpoint;
  readonly config: LocalSageMakerConfig;
  readonly limit: number;
}): Promise<InvocationResponse> {
  const { invocation, endpoint, config, limit } = params;
  const failed = (status: number, message: string): ServiceError =>
    modelError({ status, message, endpointName: endpoint.name, config });
  const headers: Record<string, string> = {};
  for (const name of forwarded) {
    const value = invocation.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  const response = await exchange({
    port: endpoint.server.port,
    headers,
    body: invocation.body,
    milliseconds: config.invocationTimeoutSeconds * 1_000,
    limit,
  });
  switch (response.kind) {
    case "timeout":
      throw failed(
        0,
        "Your invocation timed out while waiting for a response from container primary. Review the latency metrics for " +
          "each container in Amazon CloudWatch, resolve the issue, and try again.",
      );
    case "refused":
      // The process has just ended, and its supervisor is about to notice.
      throw notReady(endpoint.maxConcurrency !== undefined, endpoint.name);
    case "broken":
      throw failed(0, "Amazon SageMaker could not get a response from the primary endpoint.");
    case "tooLarge":
      throw failed(0, `The response of container primary is larger than ${limit} bytes.`);
    case "response":
      if (response.status < 200 || response.status >= 300)
        throw failed(response.status, response.body.toString("utf8"));
      return {
        body: response.body,
        headers: {
          "content-type": response.headers["content-type"] ?? "application/octet-stream",
          "x-amzn-invoked-production-variant": endpoint.variantName,
          ...customAttributes(response.headers),
        },
      };
  }
}

function customAttributes(headers: IncomingHttpHeaders): Record<string, string> {
  const value = headers[customAttributesHeader];
  return typeof value === "string" ? { [customAttributesHeader]: value } : {};
}

type Exchange =
  | { readonly kind: "response"; readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
  | { readonly kind: "timeout" | "refused" | "broken" | "tooLarge" };

async function exchange(params: {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly milliseconds: number;
  readonly limit: number;
}): Promise<Exchange> {
  const { port, headers, body, milliseconds, limit } = params;
  return await new Promise((resolve) => {
    const end = (outcome: Exchange): void => {
      clearTimeout(timer);
      call.destroy();
      resolve(outcome);
    };
    const call = httpRequest(
      {
        host: loopback,
        port,
        path: "/invocations",
        method: "POST",
        // Each call has a connection of its own: a restarting server could close a kept one just as it is used.
        agent: false,
        headers: { ...headers, "content-length": body.length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > limit) end({ kind: "tooLarge" });
          else chunks.push(chunk);
        });
        response.on("end", () => {
          if (!response.complete) end({ kind: "broken" });
          else
            end({
              kind: "response",
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks),
            });
        });
        response.on("error", () => {
          end({ kind: "broken" });
        });
      },
    );
    // The limit is for the whole exchange, not for each silence in it.
    const timer = setTimeout(() => {
      end({ kind: "timeout" });
    }, milliseconds);
    call.on("error", (error) => {
      end({ kind: "code" in error && error.code === "ECONNREFUSED" ? "refused" : "broken" });
    });
    call.end(body);
  });
}

/** The maximum number of characters that the runtime's service model allows in an error message. */
const maxMessageLength = 2_048;

export function validationError(message: string): ServiceError {
  return new ServiceError({ code: "ValidationError", status: 400, message: cutText(message, maxMessageLength) });
}

/**
 * Returns the error for a body that is too large. Serverless: GH:aws/sagemaker-python-sdk#4271. Real-time: a bare 413,
 * GH:aws/sagemaker-python-sdk#171.
 */
function tooLarge(isServerless: boolean, limit: number, requestId: string): ServiceError {
  if (isServerless) return validationError(`Request ${requestId} has oversize body.`);
  return new ServiceError({ code: "413", status: 413, message: `HTTP content length exceeded ${limit} bytes.` });
}

function notReady(isServerless: boolean, endpointName: string): ServiceError {
  return isServerless
    ? new ServiceError({
        code: "ModelNotReadyException",
        status: 429,
        message: `The model of endpoint ${endpointName} is not ready to serve inference requests.`,
      })
    : new ServiceError({
        code: "ServiceUnavailable",
        status: 503,
        message: `Endpoint ${endpointName} has no healthy container at the moment.`,
      });
}

function modelError(params: {
  readonly status: number;
  readonly message: string;
  readonly endpointName: string;
  readonly config: LocalSageMakerConfig;
}): ServiceError {
  const { status, endpointName, config } = params;
  const original = cutText(params.message, maxMessageLength);
  const side = status >= 400 && status < 500 ? "client" : "server";
  const group = `/aws/sagemaker/Endpoints/${endpointName}`;
  const before = `Received ${side} error (${status}) from primary with message "`;
  const after =
    `". See https://${config.region}.console.aws.amazon.com/cloudwatch/home?region=${config.region}#logEventViewer:group=${group} ` +
    `in account ${config.accountId} for more information.`;
  return new ServiceError({
    code: "ModelError",
    status: 424,
    message: `${before}${cutText(original, maxMessageLength - before.length - after.length)}${after}`,
    members: {
      OriginalStatusCode: status,
      OriginalMessage: original,
      LogStreamArn: `arn:aws:logs:${config.region}:${config.accountId}:log-group:${group}`,
    },
  });
}
