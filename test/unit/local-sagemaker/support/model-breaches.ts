/** Requests that break the AWS service model in one place each, made from the model itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import * as z from "zod";
import type { ServiceName } from "../../../../local/sagemaker/api/request-validation";

const node = z.looseObject({
  type: z.string().optional(),
  $ref: z.string().optional(),
  properties: z.record(z.string(), z.looseObject({ $ref: z.string() })).optional(),
  required: z.array(z.string()).optional(),
  items: z.looseObject({ $ref: z.string() }).optional(),
  propertyNames: z.looseObject({ $ref: z.string() }).optional(),
  additionalProperties: z.union([z.literal(false), z.looseObject({ $ref: z.string() })]).optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minItems: z.number().optional(),
  maxItems: z.number().optional(),
  minProperties: z.number().optional(),
  maxProperties: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  pattern: z.string().optional(),
  enum: z.array(z.string()).optional(),
});
export type Node = z.infer<typeof node>;

const file = z.looseObject({
  operations: z.record(z.string(), z.looseObject({ input: z.string().optional() })),
  $defs: z.record(z.string(), node),
});

export type Model = z.infer<typeof file>;

/** The service model as it was generated, read without the code that is tested. */
export function readModel(service: ServiceName): Model {
  const path = join(__dirname, "../../../../local/sagemaker/api/schemas", `${service}.json`);
  const document: unknown = JSON.parse(readFileSync(path, "utf8"));
  return file.parse(document);
}

/** A value that breaks one constraint of a member, and the words that the error must hold. */
export interface Breach {
  /** Member names from the request down; numbers are places in a list. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly words: string;
}

/** One value for each constraint of a shape and of all shapes below it, to a depth at which shapes repeat. */
export function* breaches(
  model: Model,
  shape: string,
  path: readonly (string | number)[] = [],
  seen: readonly string[] = [],
): Generator<Breach> {
  const here = model.$defs[shape];
  if (here === undefined || seen.includes(shape)) return;
  const inside = [...seen, shape];
  yield* ownBreaches(model, here, path);
  for (const [name, member] of Object.entries(here.properties ?? {})) {
    yield* breaches(model, nameOf(member.$ref), [...path, name], inside);
  }
  if (here.items !== undefined) yield* breaches(model, nameOf(here.items.$ref), [...path, 0], inside);
  if (typeof here.additionalProperties === "object") {
    yield* breaches(model, nameOf(here.additionalProperties.$ref), [...path, "aKey"], inside);
  }
}

function* ownBreaches(model: Model, here: Node, path: readonly (string | number)[]): Generator<Breach> {
  const breach = (value: unknown, words: string): Breach => ({ path, value, words });
  // The body of an HTTP message is no JSON value.
  if (here.type === undefined) return;
  if (path.length > 0) yield breach(here.type === "object" ? "text" : {}, "can not be converted to");
  if (here.maxProperties !== undefined) {
    const value = typeof here.additionalProperties === "object" ? ofType(model, here.additionalProperties.$ref) : "";
    const entries = Array.from({ length: here.maxProperties + 1 }, (_, index) => [`k${index}`, value]);
    yield breach(Object.fromEntries(entries), `length less than or equal to ${here.maxProperties}`);
  }
  if (here.maxItems !== undefined && here.maxItems <= 1_000) {
    const items = Array.from({ length: here.maxItems + 1 }, () => ofType(model, here.items?.$ref ?? ""));
    yield breach(items, `length less than or equal to ${here.maxItems}`);
  }
  if ((here.minItems ?? 0) > 0) yield breach([], `length greater than or equal to ${here.minItems ?? 0}`);
  if ((here.minLength ?? 0) > 0) yield breach("", `length greater than or equal to ${here.minLength ?? 0}`);
  if (here.maxLength !== undefined && here.maxLength <= 100_000) {
    yield breach("x".repeat(here.maxLength + 1), `length less than or equal to ${here.maxLength}`);
  }
  if (here.minimum !== undefined) yield breach(here.minimum - 1, `value greater than or equal to ${here.minimum}`);
  if (here.maximum !== undefined) yield breach(here.maximum + 1, `value less than or equal to ${here.maximum}`);
  if (here.enum !== undefined) yield breach("no such value", "enum value set: [");
  if (here.pattern !== undefined) {
    const unfit = ["", "\n", "?", "/", " ", "€uro~{}"].find((text) => !new RegExp(here.pattern ?? "", "u").test(text));
    if (unfit !== undefined) yield breach(unfit, "regular expression pattern: ");
  }
  for (const name of here.required ?? []) {
    const words = `'${camelPath([...path, name])}' failed to satisfy constraint: Member must not be null`;
    yield breach({}, words);
  }
  if (here.properties !== undefined) {
    yield breach({ Mystery: 1 }, `'${camelPath([...path, "Mystery"])}' failed to satisfy constraint: Member is not in`);
  }
  if (here.propertyNames !== undefined && typeof here.additionalProperties === "object") {
    const key = model.$defs[nameOf(here.propertyNames.$ref)];
    const value = ofType(model, here.additionalProperties.$ref);
    if (key?.maxLength !== undefined) {
      yield breach(
        { ["k".repeat(key.maxLength + 1)]: value },
        "Map keys must satisfy constraint: [Member must have length",
      );
    }
    if (key?.pattern !== undefined && !new RegExp(key.pattern, "u").test("?\n")) {
      yield breach({ "?\n": value }, "Map keys must satisfy constraint: [Member must satisfy regular expression");
    }
  }
}

const candidates = [
  "a",
  "A-1",
  "1",
  "s3://bucket/key/",
  "https://host/path",
  "arn:aws:iam::123456789012:role/training",
  "arn:aws:sagemaker:eu-central-1:123456789012:training-job/a",
  "arn:aws:lambda:eu-central-1:123456789012:function:a",
  "arn:aws:sns:eu-central-1:123456789012:topic",
  "arn:aws:s3:::bucket",
  "123456789012.dkr.ecr.eu-central-1.amazonaws.com/image:1",
  "/opt/ml/checkpoints",
  "sg-0123456789",
  "00:00:00",
  "2026-01-01T00:00:00Z",
];

/**
 * Requests that fit the model, as deep as `levels` goes: any choice of optional members, values of the model's own enums
 * and ranges, and texts of a few kinds that fit the patterns. Nothing where a required member finds no such text.
 */
export function fitting(model: Model, shape: string, levels = 7): fc.Arbitrary<unknown> | undefined {
  const here = model.$defs[shape];
  if (here === undefined || levels === 0) return undefined;
  const of = (reference: string): fc.Arbitrary<unknown> | undefined => fitting(model, nameOf(reference), levels - 1);
  if (here.enum !== undefined) return fc.constantFrom(...here.enum);
  switch (here.type) {
    case "object":
      return here.properties === undefined ? fittingMap(here, of) : fittingStructure(here, of);
    case "array": {
      const item = here.items === undefined ? undefined : of(here.items.$ref);
      const { minItems = 0, maxItems = 3 } = here;
      if (item === undefined) return minItems === 0 ? fc.constant([]) : undefined;
      return fc.array(item, { minLength: minItems, maxLength: Math.max(minItems, Math.min(maxItems, 3)) });
    }
    case "integer":
      return fc.integer({
        min: here.minimum ?? -1_000,
        max: here.maximum ?? Math.max(1_000, (here.minimum ?? 0) + 1_000),
      });
    case "number":
      return fc.double({ min: here.minimum ?? -10, max: here.maximum ?? 1e9, noNaN: true });
    case "boolean":
      return fc.boolean();
    default:
      return fittingText(here);
  }
}

function fittingText(here: Node): fc.Arbitrary<string> | undefined {
  const { minLength = 0, maxLength = Infinity, pattern = "" } = here;
  const expression = new RegExp(pattern, "u");
  const fits = ["", ...candidates].filter(
    (text) => text.length >= minLength && text.length <= maxLength && expression.test(text),
  );
  return fits.length === 0 ? undefined : fc.constantFrom(...fits);
}

function fittingMap(here: Node, of: (reference: string) => fc.Arbitrary<unknown> | undefined): fc.Arbitrary<unknown> {
  const value = typeof here.additionalProperties === "object" ? of(here.additionalProperties.$ref) : undefined;
  return value === undefined ? fc.constant({}) : fc.dictionary(fc.constantFrom("a", "b1", "c_2"), value);
}

function fittingStructure(
  here: Node,
  of: (reference: string) => fc.Arbitrary<unknown> | undefined,
): fc.Arbitrary<unknown> | undefined {
  const members: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, { $ref }] of Object.entries(here.properties ?? {})) {
    const member = of($ref);
    if (member !== undefined) members[name] = member;
  }
  const required = here.required ?? [];
  if (required.some((name) => members[name] === undefined)) return undefined;
  return fc.record(members, { requiredKeys: required });
}

/** Any value of the shape's JSON type. */
function ofType(model: Model, reference: string): unknown {
  switch (model.$defs[nameOf(reference)]?.type) {
    case "object":
      return {};
    case "array":
      return [];
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    default:
      return "x";
  }
}

export function nameOf(reference: string): string {
  return reference.slice("#/$defs/".length);
}

export function camelPath(path: readonly (string | number)[]): string {
  return path
    .flatMap((part) =>
      typeof part === "number" ? [String(part + 1), "member"] : [part.charAt(0).toLowerCase() + part.slice(1)],
    )
    .join(".");
}

/** A request that holds only the breach. */
export function requestOf(breach: Breach): unknown {
  return withBreach(undefined, breach);
}

/** A request with the breach put in the place of what it has there, or added with all that is around it. */
export function withBreach(request: unknown, { path, value }: Pick<Breach, "path" | "value">): unknown {
  const [part, ...inside] = path;
  if (part === undefined) {
    // A breach of a structure as a whole, as a lack or an excess of members.
    return isRecord(request) && isRecord(value) && "Mystery" in value ? { ...request, ...value } : value;
  }
  if (typeof part === "number") {
    const items: readonly unknown[] = Array.isArray(request) ? request : [];
    return [withBreach(items[0], { path: inside, value }), ...items.slice(1)];
  }
  const members = isRecord(request) ? request : {};
  return { ...members, [part]: withBreach(members[part], { path: inside, value }) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
