/**
 * The operations behind their wrapper, called as API Gateway calls them; every response is held against
 * docs/openapi.json: its status is documented for the operation, and its body fits the schema.
 */
import { gunzipSync } from "node:zlib";
import Ajv, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import * as z from "zod";
import document from "../../../../docs/openapi.json";
import type { HttpEvent } from "../../../../lambdas/http/request";
import { type HttpResult, type Operation, withHttp, type WithHttpParams } from "../../../../lambdas/http/with-http";
import type { Log, LogDetails } from "../../../../lambdas/telemetry/logger";
import { apiRoutes, isOperationId, methodsOf, type OperationId } from "../../../../naming/api-routes";
import { alice } from "./items";

export interface Call {
  readonly sub?: string | undefined;
  /** Replaces the claims of a proper access token. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  readonly json?: unknown;
  /** Text of the body as it is sent, for bodies that are no JSON. */
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The body as JSON. */
  readonly body: unknown;
}

const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  errors: z
    .array(
      z.object({
        pointer: z.string(),
        reason: z.string(),
        value: z.unknown().optional(),
        allowed: z.string().optional(),
      }),
    )
    .optional(),
  usedBy: z.array(z.object({ type: z.string(), id: z.string(), name: z.string() })).optional(),
  usedByMore: z.number().optional(),
});

/** The problem of a refused request. */
export const problemOf = (reply: Reply) => problemSchema.parse(reply.body);
export const resourceOf = <Schema extends z.ZodType>(reply: Reply, schema: Schema): z.output<Schema> =>
  schema.parse(reply.body);

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
ajv.addSchema(document, "openapi");

const validators = new Map<string, ValidateFunction>();
/** Compiling takes milliseconds, and thousands of responses share a few schemas. */
function validatorOf($ref: string): ValidateFunction {
  const known = validators.get($ref) ?? ajv.compile({ $ref });
  validators.set($ref, known);
  return known;
}

const escape = (part: string): string => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

interface DocumentedResponse {
  readonly content: Readonly<Record<string, unknown>> | undefined;
  readonly headers: Readonly<Record<string, { readonly required?: boolean | undefined }>>;
}
const pathsSchema = z.record(
  z.string(),
  z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.looseObject({})) })),
);
const responseSchema = z.looseObject({
  content: z.record(z.string(), z.unknown()).optional(),
  headers: z.record(z.string(), z.looseObject({ required: z.boolean().optional() })).optional(),
});

function documented(id: OperationId): Readonly<Record<string, DocumentedResponse>> {
  const { method, path } = apiRoutes[id];
  const found = pathsSchema.parse(document.paths)[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`${id} is not in docs/openapi.json`);
  return Object.fromEntries(
    Object.entries(found.responses).map(([status, response]) => {
      const { content, headers = {} } = responseSchema.parse(response);
      const lowered = Object.entries(headers).map(([name, header]) => [name.toLowerCase(), header] as const);
      return [status, { content, headers: Object.fromEntries(lowered) }];
    }),
  );
}

/** Headers that mean something to a client: none is sent that the document does not name. */
const headersOfTheContract = [
  "etag",
  "location",
  "retry-after",
  "content-disposition",
  "content-encoding",
  "idempotent-replayed",
];
const finalStates: readonly unknown[] = ["COMPLETED", "FAILED", "STOPPED", "READY"];

/** Whether the response must say when to ask again. */
function mustSayWhen({ status, body }: Reply): boolean {
  if (status === 429 || status === 503) return true;
  const state = z.looseObject({ state: z.string() }).safeParse(body).data?.state;
  return status === 202 && !finalStates.includes(state);
}

function expectDocumentedHeaders(what: string, reply: Reply, headers: DocumentedResponse["headers"]): void {
  for (const [name, { required }] of Object.entries(headers)) {
    if (required === true && reply.headers[name] === undefined) throw new Error(`${what} lacks its header ${name}`);
  }
  for (const name of headersOfTheContract) {
    if (reply.headers[name] !== undefined && headers[name] === undefined) {
      throw new Error(`${what} has the header ${name}, which is not documented`);
    }
  }
  if (!mustSayWhen(reply)) return;
  if (headers["retry-after"] === undefined) throw new Error(`${what} does not document Retry-After`);
  if (!/^[1-9]\d*$/.test(reply.headers["retry-after"] ?? "")) throw new Error(`${what} lacks Retry-After in seconds`);
}

/** Throws when a response is not as the document says. */
export function expectDocumented(id: OperationId, reply: Reply): void {
  const { method, path } = apiRoutes[id];
  const response = documented(id)[String(reply.status)];
  if (response === undefined) throw new Error(`${id} responded with ${reply.status}, which is not documented`);
  expectDocumentedHeaders(`${id} ${reply.status}`, reply, response.headers);
  if (reply.bytes.length === 0) return;
  const type = reply.headers["content-type"] ?? "";
  if (response.content?.[type] === undefined)
    throw new Error(`${id} ${reply.status} responded with ${type}: not documented`);
  if (!type.endsWith("json")) return;
  const pointer = ["paths", path, method.toLowerCase(), "responses", String(reply.status), "content", type, "schema"];
  const validate = validatorOf(`openapi#/${pointer.map(escape).join("/")}`);
  if (!validate(reply.body)) {
    throw new Error(`${id} ${reply.status} does not fit its schema: ${JSON.stringify(validate.errors)}`);
  }
}

/** What a request says at the place that an error points at; undefined where it says nothing. */
function sentAt(pointer: string, target: string, call: Call): unknown {
  if (pointer.startsWith("?")) {
    const name = pointer.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");
    return new URLSearchParams(target.split("?").slice(1).join("?")).get(name) ?? undefined;
  }
  if (pointer.endsWith(":")) {
    const headers = { ...(call.json === undefined ? {} : { "content-type": "application/json" }), ...call.headers };
    const name = pointer.slice(0, -1).toLowerCase();
    return Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1];
  }
  const text = call.json === undefined ? call.text : JSON.stringify(call.json);
  if (text === undefined) return undefined;
  try {
    return pointer
      .split("/")
      .slice(1)
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
      .reduce<unknown>(
        (value, part) =>
          typeof value === "object" && value !== null && Object.hasOwn(value, part)
            ? Reflect.get(value, part)
            : undefined,
        JSON.parse(text),
      );
  } catch {
    return undefined;
  }
}

/** Every error names the field, its value where it has one, and what is allowed. Throws for one that does not. */
export function expectHelpfulErrors(target: string, call: Call, reply: Reply): void {
  if (reply.headers["content-type"] !== "application/problem+json") return;
  const { code, errors = [] } = problemOf(reply);
  for (const error of errors) {
    const said = `${code} ${JSON.stringify(error)}`;
    if (error.reason === "" || error.allowed === undefined || error.allowed.trim() === "") {
      throw new Error(`does not say what is wrong, or what is allowed: ${said}`);
    }
    // A quota is about what is there, and not about anything that was sent.
    if (code === "USER_QUOTA_REACHED") continue;
    const sent = sentAt(error.pointer, target, call);
    if (sent !== undefined && error.value === undefined) throw new Error(`does not repeat the value: ${said}`);
    // The error of a name repeats the name.
    if (error.reason.startsWith("has a name")) continue;
    if (typeof sent === "number" || typeof sent === "boolean" || sent === null) {
      if (!Object.is(sent, error.value) && error.value !== JSON.parse(JSON.stringify(sent))) {
        throw new Error(`has another value than was sent: ${said}`);
      }
    }
    if (JSON.stringify(error).length > 3_000) throw new Error(`is too long: ${said.slice(0, 500)}`);
  }
}

export function collectingLog(): Log & { readonly lines: { level: string; message: string; details?: LogDetails }[] } {
  const lines: { level: string; message: string; details?: LogDetails }[] = [];
  const line = (level: string) => (message: string, details?: LogDetails) => {
    lines.push({ level, message, ...(details === undefined ? {} : { details }) });
  };
  return { lines, debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}

/** The route of a path, with its parameters, as API Gateway finds it. */
function match(method: string, path: string): { id: OperationId; pathParameters: Record<string, string> } | undefined {
  for (const [id, route] of Object.entries(apiRoutes)) {
    const pattern = new RegExp(`^${route.path.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`);
    const found = methodsOf(route).some((one) => one === method) ? pattern.exec(path) : null;
    if (found !== null && isOperationId(id)) return { id, pathParameters: { ...found.groups } };
  }
  return undefined;
}

/** An HTTP API event of payload 2.0. */
export function httpEvent(method: string, target: string, call: Call = {}): HttpEvent {
  const [path = "", rawQueryString = ""] = target.split("?");
  const found = match(method, path);
  const jsonText = call.json === undefined ? call.text : JSON.stringify(call.json);
  const claims = call.claims ?? { sub: call.sub ?? alice, token_use: "access" };
  const body = call.bytes === undefined ? jsonText : Buffer.from(call.bytes).toString("base64");
  return {
    routeKey: found === undefined ? "$default" : `${method} ${apiRoutes[found.id].path}`,
    rawPath: path,
    rawQueryString,
    headers: {
      ...(call.json === undefined ? {} : { "content-type": "application/json" }),
      ...call.headers,
    },
    pathParameters: found === undefined ? null : found.pathParameters,
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: call.bytes !== undefined,
    requestContext: { requestId: "request-1", http: { method, path }, authorizer: { jwt: { claims } } },
  };
}

function replyOf({ statusCode, headers, body, isBase64Encoded }: HttpResult): Reply {
  const sent = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  const bytes = headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
  const isJson = (headers["content-type"] ?? "").endsWith("json");
  return { status: statusCode, headers, bytes, body: isJson ? JSON.parse(bytes.toString("utf8")) : undefined };
}

export interface DocumentedApi {
  readonly log: ReturnType<typeof collectingLog>;
  call(method: string, target: string, call?: Call): Promise<Reply>;
}

export function documentedApi(
  operations: Readonly<Partial<Record<OperationId, Operation>>>,
  more: Pick<WithHttpParams, "callsEndAfterMilliseconds"> = {},
): DocumentedApi {
  const log = collectingLog();
  const handler = withHttp({ operations, log, ...more });
  return {
    log,
    call: async (method, target, call = {}) => {
      const reply = replyOf(await handler(httpEvent(method, target, call)));
      const id = match(method, target.split("?")[0] ?? "")?.id;
      if (id !== undefined) expectDocumented(id, reply);
      expectHelpfulErrors(target, call, reply);
      return reply;
    },
  };
}
