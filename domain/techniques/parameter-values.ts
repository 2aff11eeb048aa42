/** Checks values against the parameters that describe them. */
import type { Parameter, ParameterIssue, ParameterValue } from "./technique";

export interface CheckedParameters {
  /** Every parameter that is not broken; defaults are filled in. */
  readonly values: Readonly<Record<string, ParameterValue>>;
  readonly issues: readonly ParameterIssue[];
}

const pointerTo = (name: string): string => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

/** Returns the allowed values of a parameter in words. */
export function allowedValues(parameter: Parameter): string {
  switch (parameter.type) {
    case "integer":
      return `an integer from ${parameter.minimum} to ${parameter.maximum}`;
    case "number":
      return `a number from ${parameter.minimum} to ${parameter.maximum}`;
    case "boolean":
      return "true or false";
    case "string":
      return parameter.values.join(", ");
  }
}

function isAllowed(parameter: Parameter, value: unknown): value is ParameterValue {
  switch (parameter.type) {
    case "integer":
    case "number":
      return (
        typeof value === "number" &&
        Number.isFinite(value) &&
        (parameter.type === "number" || Number.isInteger(value)) &&
        value >= parameter.minimum &&
        value <= parameter.maximum
      );
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string" && parameter.values.includes(value);
  }
}

/**
 * Checks given values against parameters in one pass, and reports every broken field, also those with unknown names.
 */
export function checkParameters(
  parameters: readonly Parameter[],
  given: Readonly<Record<string, unknown>>,
): CheckedParameters {
  const values: Record<string, ParameterValue> = {};
  const issues: ParameterIssue[] = [];
  for (const parameter of parameters) {
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : undefined;
    if (value === undefined) values[parameter.name] = parameter.default;
    else if (isAllowed(parameter, value)) values[parameter.name] = value;
    else {
      const reason = `${parameter.name} is not an allowed value`;
      issues.push({ pointer: pointerTo(parameter.name), reason, value, allowed: allowedValues(parameter) });
    }
  }
  const known = new Set(parameters.map(({ name }) => name));
  for (const name of Object.keys(given).filter((candidate) => !known.has(candidate))) {
    const allowed = known.size === 0 ? "no parameters" : [...known].join(", ");
    issues.push({ pointer: pointerTo(name), reason: "unknown parameter", value: given[name], allowed });
  }
  return { values, issues };
}

/** Returns hyperparameters in the form that SageMaker takes: every value is a string (numbers and booleans as JSON). */
export function hyperparametersOnTheWire(values: Readonly<Record<string, ParameterValue>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}
