/**
 * Reads a technique's document (contracts/techniques). It accepts the flat part of JSON Schema that
 * contracts/technique.schema.json allows, and nothing else.
 */
import * as z from "zod";
import { pieceTimeSignatures, trainableTimeSignatures } from "../music/time-signatures";
import { formIssues } from "./parameter-forms";
import { checkParameters } from "./parameter-values";
import { type Parameter, parameterGroups, type ParameterRange, parameterScales, type Technique } from "./technique";

const described = {
  title: z.string().min(1),
  description: z.string().min(1),
  "x-group": z.enum(parameterGroups),
  "x-unit": z.string().min(1).optional(),
  "x-fixedOnResume": z.literal(true).optional(),
};
const propertySchema = z.discriminatedUnion("type", [
  z.strictObject({
    ...described,
    type: z.enum(["integer", "number"]),
    minimum: z.number(),
    maximum: z.number(),
    default: z.number(),
    "x-step": z.number().positive(),
    "x-scale": z.enum(parameterScales),
  }),
  z.strictObject({ ...described, type: z.literal("boolean"), default: z.boolean() }),
  z.strictObject({
    ...described,
    type: z.literal("string"),
    enum: z.array(z.string()).min(1),
    default: z.string(),
  }),
]);
const rangeSchema = z.strictObject({
  from: z.string(),
  to: z.string(),
  reason: z.string().min(1),
  openEnd: z.strictObject({ value: z.int(), meaning: z.string() }).optional(),
  within: z.literal("bars").optional(),
});
const parameterSetSchema = z.strictObject({
  description: z.string(),
  type: z.literal("object"),
  additionalProperties: z.literal(false),
  properties: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), propertySchema),
  "x-ranges": z.array(rangeSchema).optional(),
});
const documentShape = {
  $schema: z.literal("https://json-schema.org/draft/2020-12/schema"),
  $id: z.string(),
  title: z.string().min(1),
  description: z.string().min(1),
  type: z.literal("object"),
  additionalProperties: z.literal(false),
  properties: z.strictObject({ parameters: parameterSetSchema, hyperparameters: parameterSetSchema }),
};
const documentSchema = z.union([
  z.strictObject({
    ...documentShape,
    "x-losses": z.array(z.string()).min(1),
    "x-extends": z.literal(true).optional(),
    "x-hearsTracks": z.literal(true).optional(),
    "x-windows": z.strictObject({ bars: z.int().min(1), hop: z.int().min(1) }).optional(),
  }),
  z.strictObject({ ...documentShape, "x-byRule": z.literal(true) }),
]);

function parameterOf(name: string, property: z.infer<typeof propertySchema>): Parameter {
  const { title, description, "x-group": group, "x-unit": unit, "x-fixedOnResume": fixedOnResume } = property;
  const words = {
    name,
    title,
    description,
    group,
    ...(unit === undefined ? {} : { unit }),
    ...(fixedOnResume === undefined ? {} : { fixedOnResume }),
  };
  switch (property.type) {
    case "integer":
    case "number": {
      const { type, minimum, maximum, "x-step": step, "x-scale": scale } = property;
      return { ...words, type, minimum, maximum, default: property.default, step, scale };
    }
    case "boolean":
      return { ...words, type: "boolean", default: property.default };
    case "string":
      return { ...words, type: "string", values: property.enum, default: property.default };
  }
}

function parametersOf(id: string, set: z.infer<typeof parameterSetSchema>): Parameter[] {
  const parameters = Object.entries(set.properties).map(([name, property]) => parameterOf(name, property));
  const defaults = Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default]));
  for (const { pointer, value, allowed } of checkParameters(parameters, defaults).issues) {
    throw new Error(`the document of ${id} has the default ${String(value)} at ${pointer} (allowed: ${allowed})`);
  }
  for (const { name, reason } of formIssues(parameters)) {
    throw new Error(`the document of ${id} has the parameter ${name}, which ${reason}`);
  }
  return parameters;
}

function rangeOf(range: z.infer<typeof rangeSchema>): ParameterRange {
  const { from, to, reason, openEnd, within } = range;
  return {
    from,
    to,
    reason,
    ...(openEnd === undefined ? {} : { openEnd }),
    ...(within === undefined ? {} : { within }),
  };
}

/**
 * Returns the technique that a document describes.
 *
 * @throws Error that names the keyword which is missing, unknown or of another type than it should be
 */
export function readTechnique(id: string, document: unknown): Technique {
  const { success, data, error } = documentSchema.safeParse(document);
  if (!success) throw new Error(`the document of the technique ${id} cannot be read: ${z.prettifyError(error)}`);
  if (!data.$id.endsWith(`/techniques/${id}.json`)) {
    throw new Error(`the document of the technique ${id} has the $id ${data.$id} (allowed: …/techniques/${id}.json)`);
  }
  const { parameters, hyperparameters } = data.properties;
  const byRule = "x-byRule" in data;
  const technique: Technique = {
    id,
    name: data.title,
    description: data.description,
    parameters: parametersOf(id, parameters),
    ranges: (parameters["x-ranges"] ?? []).map(rangeOf),
    hyperparameters: parametersOf(id, hyperparameters),
    ...("x-windows" in data && data["x-windows"] !== undefined ? { windows: data["x-windows"] } : {}),
    losses: "x-losses" in data ? data["x-losses"] : [],
    byRule,
    extends: "x-extends" in data && data["x-extends"] === true,
    hearsTracks: "x-hearsTracks" in data && data["x-hearsTracks"] === true,
    timeSignatures: byRule ? pieceTimeSignatures : trainableTimeSignatures,
  };
  const integers = technique.parameters.filter(({ type }) => type === "integer").map(({ name }) => name);
  for (const name of technique.ranges.flatMap(({ from, to }) => [from, to])) {
    if (!integers.includes(name)) {
      throw new Error(`the document of ${id} has a range with ${name} (allowed: ${integers.join(", ")})`);
    }
  }
  return technique;
}
