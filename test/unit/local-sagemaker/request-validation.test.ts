import { readFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { ServiceSchemas } from "../../../local/sagemaker/request-validation";
import { ServiceError } from "../../../local/sagemaker/service-error";

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
type Node = z.infer<typeof node>;

const file = z.looseObject({
  operations: z.record(z.string(), z.looseObject({ input: z.string().optional() })),
  $defs: z.record(z.string(), node),
});

const document: unknown = JSON.parse(
  readFileSync(join(__dirname, "../../../local/sagemaker/schemas/sagemaker.json"), "utf8"),
);
const model = file.parse(document);
const schemas = new ServiceSchemas("sagemaker");

/** A value that breaks one constraint of a member, and the words that the refusal must hold. */
interface Breach {
  /** Member names from the request down; numbers are places in a list. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly words: string;
}

/** One value for each constraint of a shape and of all shapes below it, to a depth at which shapes repeat. */
function* breaches(shape: string, path: readonly (string | number)[], seen: readonly string[]): Generator<Breach> {
  const here = model.$defs[shape];
  if (here === undefined || seen.includes(shape)) return;
  const inside = [...seen, shape];
  yield* ownBreaches(here, path);
  for (const [name, member] of Object.entries(here.properties ?? {})) {
    yield* breaches(nameOf(member.$ref), [...path, name], inside);
  }
  if (here.items !== undefined) yield* breaches(nameOf(here.items.$ref), [...path, 0], inside);
  if (typeof here.additionalProperties === "object") {
    yield* breaches(nameOf(here.additionalProperties.$ref), [...path, "aKey"], inside);
  }
}

function* ownBreaches(here: Node, path: readonly (string | number)[]): Generator<Breach> {
  const breach = (value: unknown, words: string): Breach => ({ path, value, words });
  if (path.length > 0) yield breach(here.type === "object" ? "text" : {}, "can not be converted to");
  if (here.maxProperties !== undefined) {
    const value = typeof here.additionalProperties === "object" ? ofType(here.additionalProperties.$ref) : "";
    const entries = Array.from({ length: here.maxProperties + 1 }, (_, index) => [`k${index}`, value]);
    yield breach(Object.fromEntries(entries), `length less than or equal to ${here.maxProperties}`);
  }
  if (here.maxItems !== undefined && here.maxItems <= 1_000) {
    const items = Array.from({ length: here.maxItems + 1 }, () => ofType(here.items?.$ref ?? ""));
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
    if (path.length > 0)
      yield {
        path,
        value: {},
        words: `'${camelPath([...path, name])}' failed to satisfy constraint: Member must not be null`,
      };
  }
}

/** Any value of the shape's JSON type. */
function ofType(reference: string): unknown {
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

function nameOf(reference: string): string {
  return reference.slice("#/$defs/".length);
}

function camelPath(path: readonly (string | number)[]): string {
  return path
    .flatMap((part) =>
      typeof part === "number" ? [String(part + 1), "member"] : [part.charAt(0).toLowerCase() + part.slice(1)],
    )
    .join(".");
}

/** A request that holds only the breach. */
function requestOf({ path, value }: Breach): unknown {
  return path.reduceRight<unknown>((inner, part) => (typeof part === "number" ? [inner] : { [part]: inner }), value);
}

function refusal(operation: string, request: unknown): ServiceError | undefined {
  try {
    schemas.checkInput(operation, request);
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

describe.each(Object.entries(model.operations))("%s", (operation, { input }) => {
  it("refuses a request for each constraint of its shapes", () => {
    const all = input === undefined ? [] : [...breaches(input, [], [])];
    expect(all.length).toBeGreaterThan(0);
    const accepted = all.filter((breach) => {
      const error = refusal(operation, requestOf(breach));
      return !error?.message.includes(breach.words);
    });
    // A wrong type is told alone, so a constraint below one of the request's other breaches is never hidden by it.
    expect(accepted.map(({ path, words }) => `${camelPath(path)}: ${words}`)).toEqual([]);
  });
});

it("shortens hostile values, and reads null as absent", () => {
  const error = refusal("DescribeTrainingJob", { TrainingJobName: "_".repeat(1_000_000) });
  expect(error?.message.length).toBeLessThan(5_000);
  expect(refusal("ListTrainingJobs", { NameContains: null })).toBeUndefined();
  expect(refusal("DescribeTrainingJob", { TrainingJobName: null })?.message).toBe(
    "1 validation error detected: Value null at 'trainingJobName' failed to satisfy constraint: Member must not be null",
  );
});

it("refuses answers that break the model", () => {
  expect(schemas.answerFaults("DescribeTrainingJob", { TrainingJobName: "a" })).toContainEqual(
    expect.stringContaining("must have required property 'ModelArtifacts'"),
  );
  expect(schemas.answerFaults("StopTrainingJob", {})).toHaveLength(1);
  expect(schemas.answerFaults("StopTrainingJob", undefined)).toEqual([]);
});
