/**
 * Lists every operation that may be sent a body, from docs/openapi.json, with the hostile bodies for it. Tests and the
 * bench measure how long the API takes to refuse each of them. An operation that is added to the document is measured,
 * too.
 */
import * as z from "zod";
import document from "../../docs/openapi.json";
import { isOperationId, type OperationId } from "../../naming/api-routes";
import { hostileBodies, type Place } from "./hostile-bodies";
import { hostileUploads } from "./hostile-uploads";

interface JsonSchema {
  readonly $ref?: string | undefined;
  readonly type?: string | undefined;
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: JsonSchema | boolean | undefined;
  readonly items?: JsonSchema | undefined;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly minimum?: number | undefined;
  readonly example?: unknown;
}
const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.string().optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([jsonSchema, z.boolean()]).optional(),
    items: jsonSchema.optional(),
    anyOf: z.array(jsonSchema).optional(),
    enum: z.array(z.unknown()).optional(),
    minimum: z.number().optional(),
    example: z.unknown().optional(),
  }),
);
const schemas: Readonly<Record<string, unknown>> = document.components.schemas;

function resolved(schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const found = schemas[schema.$ref.split("/").at(-1) ?? ""];
  if (found === undefined) throw new Error(`docs/openapi.json has no ${schema.$ref}`);
  return resolved(jsonSchema.parse(found));
}

/** Returns a name for a field whose names are data: one of the example, or else one that a technique knows. */
function freeName({ example }: JsonSchema): string {
  const [first = "epochs"] = typeof example === "object" && example !== null ? Object.keys(example) : [];
  return first;
}

/** Returns a small value that the schema allows. */
function exampleOf(unresolved: JsonSchema): unknown {
  const schema = resolved(unresolved);
  if (schema.example !== undefined) return schema.example;
  if (schema.enum !== undefined) return schema.enum[0];
  const [branch] = schema.anyOf ?? [];
  if (branch !== undefined) return exampleOf(branch);
  switch (schema.type) {
    case "object": {
      const { properties = {}, required: named = [] } = schema;
      // An object without required fields may still need one of them.
      const required = named.length > 0 ? named : Object.keys(properties).slice(0, 1);
      return Object.fromEntries(
        Object.entries(properties).flatMap(([name, inner]) =>
          required.includes(name) ? [[name, exampleOf(inner)] as const] : [],
        ),
      );
    }
    case "array":
      return schema.items === undefined ? [] : [exampleOf(schema.items)];
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    case "boolean":
      return true;
    default:
      return "x";
  }
}

/** Returns every place where a body can have a value, each once. */
function placesIn(unresolved: JsonSchema, at: Place = []): Place[] {
  const schema = resolved(unresolved);
  const inner: Place[] = [
    ...(schema.anyOf ?? []).flatMap((branch) => placesIn(branch, at).slice(1)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => placesIn(one, [...at, name])),
    ...(schema.items === undefined ? [] : placesIn(schema.items, [...at, 0])),
    ...(typeof schema.additionalProperties === "object"
      ? placesIn(schema.additionalProperties, [...at, freeName(schema)])
      : []),
  ];
  return [at, ...inner];
}

export interface HostileOperation {
  readonly id: OperationId;
  readonly method: string;
  /** The path, with its parameters in braces. */
  readonly path: string;
  /** The kind of body that the document describes. */
  readonly takes: "JSON" | "an upload" | "nothing";
  readonly body: unknown;
  readonly places: readonly Place[];
}

const methods: readonly string[] = ["post", "put", "patch", "delete"];
const pathsSchema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({
      operationId: z.string().refine(isOperationId),
      requestBody: z.object({ content: z.record(z.string(), z.object({ schema: jsonSchema })) }).optional(),
    }),
  ),
);

export const hostileOperations: readonly HostileOperation[] = Object.entries(pathsSchema.parse(document.paths)).flatMap(
  ([path, operations]) =>
    Object.entries(operations)
      .filter(([method]) => methods.includes(method))
      .map(([method, { operationId, requestBody }]): HostileOperation => {
        const operation = { id: operationId, method: method.toUpperCase(), path };
        if (requestBody === undefined) return { ...operation, takes: "nothing", body: {}, places: [[]] };
        const json = requestBody.content["application/json"]?.schema;
        if (json === undefined) return { ...operation, takes: "an upload", body: {}, places: [] };
        return { ...operation, takes: "JSON", body: exampleOf(json), places: placesIn(json) };
      }),
);

export interface HostileRequest {
  readonly name: string;
  readonly headers: { readonly "content-type": string };
  readonly text?: string;
  readonly bytes?: Uint8Array;
}

/**
 * Yields the hostile requests of an operation.
 * @param bytes - number of bytes that each body has, about
 */
export function* hostileRequests(operation: HostileOperation, bytes: number): Generator<HostileRequest> {
  if (operation.takes === "an upload") {
    for (const { name, contentType, bytes: body } of hostileUploads(bytes)) {
      yield { name, headers: { "content-type": contentType }, bytes: body };
    }
    return;
  }
  for (const { name, text } of hostileBodies({ ...operation, bytes })) {
    yield { name, headers: { "content-type": "application/json" }, text };
  }
}
