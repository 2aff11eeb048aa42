import * as z from "zod";

/** The error for a stage's configuration that cannot be used. Its message names every broken field. */
export class StageConfigError extends Error {
  override readonly name = "StageConfigError";
}

/** Returns the value at a path of a configuration as JSON, cut to what a line can hold. */
function shownValue(config: unknown, path: readonly PropertyKey[]): string {
  let value = config;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return "missing";
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

const list = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(", ");

/** The names of JSON for types that Zod calls otherwise. */
const jsonTypes: ReadonlyMap<string, string> = new Map([
  ["int", "integer"],
  ["record", "object"],
]);

/** Returns the names of the members that an object of a schema may have; none if any name is allowed. */
function namesOf(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape);
  if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum) return schema.keyType.options.map(String);
  return [];
}

/**
 * Says what is allowed where Zod found something else. Zod's own message is used for what the stages' schema does not
 * contain.
 */
export const describeAllowed: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case "invalid_type":
      return `must be of the type ${jsonTypes.get(issue.expected) ?? issue.expected}`;
    case "invalid_value":
      return `must be one of ${list(issue.values)}`;
    case "invalid_union":
      return Array.isArray(issue.options) ? `must be one of ${list(issue.options)}` : undefined;
    case "too_small":
      return issue.origin === "array" ? `needs at least ${issue.minimum} entry` : `must be at least ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "array") return `may have at most ${issue.maximum} entries`;
      return `must be at most ${issue.maximum}`;
    case "unrecognized_keys":
      return `is not a setting; there are ${namesOf(issue.inst).join(", ")}`;
    default:
      return undefined;
  }
};

/** Returns one line for each broken field of a configuration: its path, its value and what is allowed. */
export function describeBrokenFields(error: z.ZodError, config: unknown): string[] {
  return error.issues.flatMap((issue) => {
    const paths = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => `${z.core.toDotPath(path)} is ${shownValue(config, path)}: ${issue.message}`);
  });
}
