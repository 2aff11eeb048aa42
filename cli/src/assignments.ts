/** Reads `name=value` of the command line, for parameters, hyperparameters and topics. */
import type { components } from "../../client/client";
import { usageError } from "./exit-codes";

export type Parameter = components["schemas"]["Parameter"];
export type ParameterValue = number | boolean | string;

/**
 * Returns the name and the value of each assignment.
 * @throws CommandError that lists all that are none
 */
export function readAssignments(option: string, given: readonly string[]): readonly (readonly [string, string])[] {
  const broken = given.filter((text) => !/^[^=]+=/.test(text));
  if (broken.length > 0) {
    throw usageError(`${option} takes name=value, and not ${broken.map((text) => `"${text}"`).join(", ")}.`);
  }
  const assignments = given.map(
    (text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)] as const,
  );
  const names = assignments.map(([name]) => name);
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  if (twice.length > 0) throw usageError(`${option} gives ${twice.join(", ")} more than once.`);
  return assignments;
}

/**
 * Returns the value that a text stands for, by the type that the technique gives. What does not fit stays a text: the
 * API refuses it with all other broken fields at once.
 */
export function readValue(text: string, type: Parameter["type"] | undefined): ParameterValue {
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  if ((type === "integer" || type === "number") && text.trim() !== "" && Number.isFinite(Number(text))) {
    return Number(text);
  }
  return text;
}

/** Returns the values of parameters by their names. */
export function readParameters(
  given: readonly string[],
  known: readonly Parameter[],
): Readonly<Record<string, ParameterValue>> {
  return Object.fromEntries(
    readAssignments("--param", given).map(([name, text]) => [
      name,
      readValue(text, known.find((parameter) => parameter.name === name)?.type),
    ]),
  );
}

/** Returns topics: the values of a tag stand behind one `=`, with commas between them. */
export function readTopics(given: readonly string[]): Readonly<Record<string, string[]>> {
  return Object.fromEntries(readAssignments("--topic", given).map(([tag, values]) => [tag, values.split(",")]));
}
