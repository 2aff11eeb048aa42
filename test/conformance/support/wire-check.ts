import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import type { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import * as z from "zod";
import { ServiceSchemas } from "../../../local/sagemaker/api/request-validation";

/** A response as it came over the wire. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

const control = new ServiceSchemas("sagemaker");
const runtime = new ServiceSchemas("sagemaker-runtime");

/**
 * What every operation may return besides its own errors (AWS: "Common Error Types"), with the status; and what this
 * server adds for a body that it does not want to read.
 */
const commonErrors: Readonly<Record<string, readonly number[]>> = {
  AccessDeniedException: [403],
  InternalFailure: [500],
  InvalidSignatureException: [403],
  MissingAuthenticationTokenException: [403],
  RequestEntityTooLargeException: [413],
  SerializationException: [400],
  ThrottlingException: [400, 429],
  UnknownOperationException: [400],
  ValidationException: [400],
};

const controlError = z.looseObject({
  __type: z.string(),
  message: z.string().optional(),
  Message: z.string().optional(),
});
const runtimeError = z.looseObject({ Message: z.string() });

/**
 * What in a response of the control plane (AWS JSON 1.1) breaks the protocol or the service model, as readable lines.
 */
export function controlResponseFaults(operation: string, response: WireResponse): string[] {
  const { status, headers, body } = response;
  const faults = headerFaults(headers, "application/x-amz-json-1.1");
  if (status === 200) return [...faults, ...control.responseFaults(operation, body === "" ? undefined : parsed(body))];
  const error = controlError.safeParse(parsed(body));
  if (!error.success) return [...faults, `an error without __type and message: ${body.slice(0, 200)}`];
  const { __type: code, ...members } = error.data;
  if ((members.message ?? members.Message ?? "") === "") faults.push(`${code} has no message`);
  return [...faults, ...errorFaults({ schemas: control, operation, code, status, members })];
}

/** What in a response of the runtime (REST JSON) breaks the protocol or the service model. */
export function runtimeResponseFaults(operation: string, response: WireResponse): string[] {
  const { status, headers, body } = response;
  if (status === 200) {
    const given = Object.entries(runtime.outputHeaders(operation)).flatMap(([header, member]) =>
      headers[header] === undefined ? [] : [[member, headers[header]]],
    );
    return [...headerFaults(headers), ...runtime.responseFaults(operation, { ...Object.fromEntries(given), Body: "" })];
  }
  const faults = headerFaults(headers, "application/json");
  const error = runtimeError.safeParse(parsed(body));
  if (!error.success) return [...faults, `an error without Message: ${body.slice(0, 200)}`];
  const code = headers["x-amzn-errortype"];
  // What stands before the service responds to a body that is too large for a real-time endpoint.
  if (code === undefined && status === 413) return faults;
  if (typeof code !== "string") return [...faults, `an error ${status} without x-amzn-errortype`];
  return [...faults, ...errorFaults({ schemas: runtime, operation, code, status, members: error.data })];
}

function errorFaults(params: {
  readonly schemas: ServiceSchemas;
  readonly operation: string;
  readonly code: string;
  readonly status: number;
  readonly members: Readonly<Record<string, unknown>>;
}): string[] {
  const { schemas, operation, code, status, members } = params;
  const declared = schemas.errorStatus(operation, code);
  if (declared === undefined) {
    const usual = commonErrors[code];
    if (usual === undefined) return [`${operation} has no error ${code}`];
    return usual.includes(status) ? [] : [`${code} came with the status ${status}`];
  }
  return [
    ...(declared === status ? [] : [`${code} came with the status ${status} instead of ${declared}`]),
    ...schemas.shapeFaults(code, members),
  ];
}

function headerFaults(headers: WireResponse["headers"], contentType?: string): string[] {
  return [
    ...(typeof headers["x-amzn-requestid"] === "string" ? [] : ["no x-amzn-requestid"]),
    ...(contentType === undefined || headers["content-type"] === contentType
      ? []
      : [`content-type ${String(headers["content-type"])} instead of ${contentType}`]),
  ];
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const rawResponse = z.looseObject({
  statusCode: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.custom<AsyncIterable<Uint8Array>>(
    (body) => typeof body === "object" && body !== null && Symbol.asyncIterator in body,
  ),
});

/** The response, read and checked, to be read again by the client. */
async function checked(params: {
  readonly response: unknown;
  readonly commandName: unknown;
  readonly faultsOf: typeof controlResponseFaults;
}): Promise<unknown> {
  const response = rawResponse.parse(params.response);
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const operation = String(params.commandName).replace(/Command$/, "");
  const read = { status: response.statusCode, headers: response.headers, body: bytes.toString("utf8") };
  const faults = params.faultsOf(operation, read);
  if (faults.length > 0) throw new Error(`The response of ${operation} is against the model: ${faults.join("; ")}`);
  return Object.assign(Object(params.response), { body: new Uint8Array(bytes) });
}

const closestToTheWire = { step: "deserialize", priority: "low", name: "checkResponses" } as const;

/**
 * Makes the clients fail on every response that is not as the service model says, before they read it in their own,
 * lenient way. So each test of this suite checks each response that it gets, whatever else it checks.
 */
export function checkResponsesOf(sagemaker: SageMakerClient, runtimeClient: SageMakerRuntimeClient): void {
  sagemaker.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        const { response } = result;
        return { ...result, response: await checked({ response, commandName, faultsOf: controlResponseFaults }) };
      },
    closestToTheWire,
  );
  runtimeClient.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const result = await next(args);
        const { response } = result;
        return { ...result, response: await checked({ response, commandName, faultsOf: runtimeResponseFaults }) };
      },
    closestToTheWire,
  );
}
