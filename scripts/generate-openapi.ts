/**
 * `npm run openapi`: writes docs/openapi.json and client/schema.d.ts from the routes and the Zod schemas.
 */
import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  OpenApiGeneratorV31,
  OpenAPIRegistry,
  type ResponseConfig,
  type RouteConfig,
} from "@asteasolutions/zod-to-openapi";
import openapiTypescript, { astToString } from "openapi-typescript";
import { format, resolveConfig } from "prettier";
import ts from "typescript";
import * as z from "zod";
import { commonProblems, type OperationDescription, operationDescriptions } from "../domain/schemas/api/operations";
import { gatewayErrorSchema, problemSchema } from "../domain/schemas/api/problem";
import { problemCodes } from "../domain/schemas/api/problem-codes";
import { presignedUrlSchema } from "../domain/schemas/api/shared";
import { uploadFormSchema } from "../domain/schemas/api/tracks";
import { allowedValues } from "../domain/techniques/parameter-values";
import { techniques } from "../domain/techniques/registry";
import { apiRoutes, isOperationId, type OperationId } from "../naming/api-routes";
import { editEventColumnsType, midiTypes } from "../naming/media-types";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";
import { generatorUsage } from "./documents/generator-usage";

const root = path.join(__dirname, "..");
/** The version of the API, which is the version of the software. */
const { version } = z
  .looseObject({ version: z.string() })
  .parse(JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")));
const files = { document: path.join(root, "docs/openapi.json"), types: path.join(root, "client/schema.d.ts") };

/** Statuses with which API Gateway responds by itself, with a body of its own shape. */
const gatewayStatuses: Readonly<Record<number, string>> = {
  401: "The access token is missing, expired, altered or of another user pool",
  403: "The token lacks a scope",
  413: "The body is over API Gateway's own 10 MB",
  429: "Too many requests at once",
  500: "The function could not be run",
  503: "The function could not be reached",
};

const successText: Readonly<Record<OperationDescription["status"], string>> = {
  200: "The request has succeeded.",
  201: "The resource has been created.",
  202: "The request has been accepted; the work goes on after this response.",
  204: "The resource has been deleted.",
};

const headerText = {
  etag: "The ETag changes with every change of the resource. Send it as `If-None-Match` or `If-Match`.",
  location: "The path of the resource.",
  retryAfter:
    "The number of whole seconds to wait before asking again. It is absent when there is nothing to wait for, and from " +
    "responses of API Gateway itself.",
  requestId: "The id under which the logs have this request.",
  contentDisposition:
    "`attachment` with a file name that is made of the resource's name. The JSON form and 304 have no such header.",
  vary: "The headers of the request on which the form of the response depends.",
  contentEncoding:
    "`gzip` if `Accept-Encoding` of the request allows it; otherwise the response is not compressed and has no such header.",
  replayed: "`true` means that this repeats the first response to the same request with the same `Idempotency-Key`.",
} as const;

/** Returns a header that every such response has. */
const stringHeader = (description: string) => ({ description, required: true, schema: { type: "string" as const } });
const retryAfterHeader = { description: headerText.retryAfter, schema: { type: "integer" as const, minimum: 1 } };

/** The content of MIDI bytes. In OpenAPI 3.1 this is an empty schema under its media type. */
const midiContent = { "audio/midi": { schema: { type: "string", contentMediaType: "audio/midi" } as const } };

/** The media types under which a request may send a MIDI file. */
const uploadedMidiContent = Object.fromEntries(
  midiTypes.map((type) => [type, { schema: { type: "string", contentMediaType: "audio/midi" } as const }]),
);

/** The ways in which POST /tracks takes a file (lambdas/api/tracks/upload.ts). */
const uploadContent = {
  ...uploadedMidiContent,
  "multipart/form-data": { schema: uploadFormSchema },
};

function responseHeaders({ tagged, located, polled, response, idempotent, compressed }: OperationDescription) {
  return {
    "X-Request-Id": stringHeader(headerText.requestId),
    // The JSON form of a MIDI file, which is a short-lived URL, has no ETag.
    ...(tagged === true ? { ETag: { ...stringHeader(headerText.etag), required: response !== "midi" } } : {}),
    ...(located === true ? { Location: stringHeader(headerText.location) } : {}),
    ...(polled === true ? { "Retry-After": retryAfterHeader } : {}),
    ...(response === "midi" || response === "midi-bytes"
      ? { "Content-Disposition": { ...stringHeader(headerText.contentDisposition), required: false } }
      : {}),
    ...(compressed === true
      ? {
          "Content-Encoding": { ...stringHeader(headerText.contentEncoding), required: false },
          Vary: stringHeader(headerText.vary),
        }
      : {}),
    ...(idempotent === true
      ? { "Idempotent-Replayed": { ...stringHeader(headerText.replayed), required: false } }
      : {}),
  };
}

function responseContent({ response, otherForms = {} }: OperationDescription): Pick<ResponseConfig, "content"> {
  if (response === undefined) return {};
  if (response === "midi") return { content: { ...midiContent, "application/json": { schema: presignedUrlSchema } } };
  if (response === "midi-bytes") return { content: midiContent };
  if (response === "openapi") return { content: { "application/json": { schema: { type: "object" } } } };
  const others = Object.entries(otherForms).map(([type, schema]) => [type, { schema }] as const);
  return { content: { "application/json": { schema: response }, ...Object.fromEntries(others) } };
}

function problemResponses(id: OperationId): Record<string, ResponseConfig> {
  const route = apiRoutes[id];
  const description: OperationDescription = operationDescriptions[id];
  const codes = [...new Set([...commonProblems(id), ...description.problems])];
  const gateway = Object.keys(gatewayStatuses)
    .map(Number)
    .filter((status) => !route.public || status >= 413);
  const statuses = [...new Set([...codes.map((code) => problemCodes[code].status), ...gateway])].sort(
    (one, other) => one - other,
  );
  return Object.fromEntries(
    statuses.map((status) => {
      const ours = codes.filter((code) => problemCodes[code].status === status);
      const theirs = gateway.includes(status) ? gatewayStatuses[status] : undefined;
      const lines = [
        ...ours.map((code) => `\`${code}\`: ${problemCodes[code].title.toLowerCase()}`),
        ...(theirs === undefined ? [] : [`API Gateway: ${theirs.toLowerCase()}`]),
      ];
      return [
        String(status),
        {
          description: lines.join("; "),
          ...([409, 429, 503].includes(status) ? { headers: { "Retry-After": retryAfterHeader } } : {}),
          content: {
            ...(ours.length === 0 ? {} : { "application/problem+json": { schema: problemSchema } }),
            ...(theirs === undefined ? {} : { "application/json": { schema: gatewayErrorSchema } }),
          },
        },
      ];
    }),
  );
}

function requestHeaders(id: OperationId): z.ZodObject {
  const { method } = apiRoutes[id];
  const { tagged, idempotent, needsIfMatch } = operationDescriptions[id] as OperationDescription;
  const changes = method === "PUT" || method === "PATCH" || method === "DELETE";
  return z.object({
    ...(idempotent === true
      ? {
          "Idempotency-Key": z
            .string()
            .regex(/^[\x21-\x7e]{1,255}$/)
            .optional()
            .meta({
              description:
                "A new key for each resource to create. For 24 hours the same request with the same key gets the first response " +
                "again. Without a key, a request that is repeated after a time-out may create a second resource.",
            }),
        }
      : {}),
    ...(method === "GET" && tagged === true ? { "If-None-Match": z.string().optional() } : {}),
    ...(changes ? { "If-Match": needsIfMatch === true ? z.string() : z.string().optional() } : {}),
  });
}

const methodNames = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "delete" } as const;

function routeConfig(id: OperationId): RouteConfig {
  const route = apiRoutes[id];
  const description: OperationDescription = operationDescriptions[id];
  const { summary, pathParameters, query, freeQuery, body, status } = description;
  const content =
    body === "upload"
      ? uploadContent
      : body === "midi"
        ? uploadedMidiContent
        : { "application/json": { schema: body ?? z.never() } };
  const notModified =
    route.method === "GET" && description.tagged === true
      ? { "304": { description: "The client has this version.", headers: responseHeaders(description) } }
      : {};
  return {
    method: methodNames[route.method],
    path: route.path,
    operationId: id,
    tags: [route.capability],
    summary,
    ...(description.description === undefined ? {} : { description: description.description }),
    security: route.public ? [] : [{ accessToken: [] }],
    ...(freeQuery === undefined
      ? {}
      : {
          parameters: [
            {
              in: "query",
              name: freeQuery.name,
              description: freeQuery.description,
              required: false,
              // There is one parameter for each tag: an object in form style, exploded.
              style: "form",
              explode: true,
              schema: { type: "object", additionalProperties: { type: "string" } },
            },
          ],
        }),
    request: {
      ...(pathParameters === undefined ? {} : { params: pathParameters }),
      ...(query === undefined ? {} : { query }),
      headers: requestHeaders(id),
      ...(body === undefined ? {} : { body: { required: true, content } }),
    },
    responses: {
      [String(status)]: {
        description: successText[status],
        headers: responseHeaders(description),
        ...responseContent(description),
      },
      ...(description.mayBeDone === true
        ? {
            "200": {
              description: "There is nothing left to do.",
              headers: responseHeaders(description),
              ...responseContent(description),
            },
          }
        : {}),
      ...notModified,
      ...problemResponses(id),
    },
  };
}

function generateDocument() {
  const registry = new OpenAPIRegistry();
  registry.registerComponent("securitySchemes", "accessToken", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "Access token of the deployment's Cognito user pool.",
  });
  for (const id of Object.keys(apiRoutes).filter(isOperationId)) registry.registerPath(routeConfig(id));
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "OpenComposer",
      version,
      license: { name: "Apache 2.0", identifier: "Apache-2.0" },
      description:
        "OpenComposer composes music with stock models or with models that you have trained. Compositions and training jobs " +
        "take a while: ask for them with `If-None-Match` until they have ended, and wait between two requests as long as " +
        "`Retry-After` says. Every path that has GET has HEAD too, without the body. Errors are `application/problem+json` " +
        'with a stable `code`, except those that API Gateway sends itself, which are `{ "message" }`. A path that is ' +
        "not listed gives 404 `NOT_FOUND`; a method that a path does not have gives 405 `METHOD_NOT_ALLOWED` with the header " +
        "`Allow`. Unknown query parameters and unknown fields are refused. Bodies are sent uncompressed: one with a " +
        "`Content-Encoding` is refused.\n\n" +
        "Send a new `Idempotency-Key` with every request that creates something (`POST /tracks`, `/compositions`, " +
        "`/training-jobs`), and the same one when you repeat it. A response can be lost after the work was done: a " +
        "time-out, a 5xx status or a broken connection does not say whether the resource exists. With the key the " +
        "repeated request gets the first response, and nothing is created twice. Without it the repeated request creates " +
        "a second resource, and only the list shows whether the first one exists.",
    },
    servers: [{ url: "/" }],
    tags: [
      { name: "discovery", description: "Techniques, sample melodies and this document; no access token is needed" },
      { name: "tracks", description: "Melodies that you have uploaded as MIDI files" },
      { name: "compositions", description: "Pieces that a model makes of a melody" },
      { name: "shared", description: "Pieces that their owners share by a link; no access token is needed" },
      { name: "models", description: "Stock models and models that you have trained" },
      { name: "datasets", description: "Your own MIDI files, read into pieces that models can be trained on" },
      { name: "training", description: "Training jobs, and the topics that they can be trained on" },
    ],
  });
  describeTechniqueValues(document, "CreateComposition", "parameters");
  describeTechniqueValues(document, "CreateTrainingJob", "hyperparameters");
  return document;
}

/** Adds to a field of a request the values that each technique's document (contracts/techniques) allows there. */
function describeTechniqueValues(
  { components }: ReturnType<OpenApiGeneratorV31["generateDocument"]>,
  schema: string,
  field: "parameters" | "hyperparameters",
): void {
  const component = components?.schemas?.[schema];
  const property = component !== undefined && !("$ref" in component) ? component.properties?.[field] : undefined;
  if (property === undefined || "$ref" in property) throw new Error(`the document has no field ${field} in ${schema}`);
  const lists = Object.values(techniques).map((technique) => {
    const lines = technique[field].map((parameter) => {
      const unit = parameter.unit === undefined ? "" : ` (${parameter.unit})`;
      return `- \`${parameter.name}\`: ${allowedValues(parameter)}${unit}; default ${parameter.default}. ${parameter.description}`;
    });
    return `\`${technique.id}\`${lines.length === 0 ? " has none." : `:\n${lines.join("\n")}`}`;
  });
  property.description = [property.description, ...lists].join("\n\n");
}

const bytesSchema = z.looseObject({ type: z.literal("string"), contentMediaType: z.string() });
const clientType = (name: string): ts.TypeNode => ts.factory.createTypeReferenceNode(name);

/**
 * Returns the client's types. They are made from a changed document: bytes and forms have the types that `fetch` takes,
 * a MIDI file is always its bytes and edit events are always a list (functions of the client get the other forms), and an
 * error is always a problem.
 */
async function clientTypes(document: ReturnType<typeof generateDocument>): Promise<string> {
  const contentSchema = z.looseObject({
    "audio/midi": z.unknown().optional(),
    [editEventColumnsType]: z.unknown().optional(),
    "application/json": z.looseObject({ schema: z.looseObject({ $ref: z.string().optional() }) }).optional(),
  });
  const json = JSON.stringify(document, (_, value: unknown) => {
    const content = contentSchema.safeParse(value).data;
    if (content === undefined) return value;
    if (content[editEventColumnsType] !== undefined) return { "application/json": content["application/json"] };
    const { "application/json": asJson, "multipart/form-data": form, ...others } = content;
    if (asJson?.schema.$ref === "#/components/schemas/GatewayError") {
      return { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
    }
    if (content["audio/midi"] === undefined) return value;
    const formSchema = { schema: { type: "string", contentMediaType: "multipart/form-data" } };
    return { ...others, ...(form === undefined ? {} : { "multipart/form-data": formSchema }) };
  });
  return astToString(
    await openapiTypescript(json, {
      transform(schema, { path: where }) {
        const bytes = bytesSchema.safeParse(schema);
        if (!bytes.success || where === undefined) return undefined;
        if (bytes.data.contentMediaType === "multipart/form-data") return clientType("FormData");
        if (bytes.data.contentMediaType !== "audio/midi") return undefined;
        if (!where.includes("requestBody")) return clientType("ArrayBuffer");
        return ts.factory.createUnionTypeNode(["Blob", "ArrayBuffer", "Uint8Array"].map(clientType));
      },
    }),
  );
}

async function formatted(text: string, file: string): Promise<string> {
  return await format(text, { ...(await resolveConfig(file)), filepath: file });
}

const usage = {
  command: "npm run openapi",
  does: "Writes docs/openapi.json, and the client's types from it.",
  ...generatorUsage,
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const { check } = readOptions(usage);
  const document = generateDocument();
  const json = JSON.stringify(document);
  const types = await clientTypes(document);
  const banner = "// Generated from docs/openapi.json by scripts/generate-openapi.ts.\n";
  const generated = [
    { file: files.document, text: await formatted(json, files.document) },
    { file: files.types, text: await formatted(`${banner}${types}`, files.types) },
  ];
  if (!check) {
    for (const { file, text } of generated) await writeFile(file, text);
    return;
  }
  for (const { file, text } of generated) {
    const committed = await readFile(file, "utf8").catch(() => "");
    if (committed !== text) {
      console.error(`${path.relative(root, file)} is stale: run npx tsx scripts/generate-openapi.ts`);
      process.exitCode = 1;
    }
  }
}

runCommand(main);
