/**
 * Checks what a technique's document says for forms: groups, steps and scales. JSON Schema has no keyword for these rules.
 * contracts/cases/parameter-forms.json holds Python to the same.
 */
import type { Parameter } from "./technique";

/** The maximum number of parameters that a form shows before somebody asks for more. */
export const maxMainParameters = 5;

/** What the document of a technique says about one parameter, and must not. */
export interface FormIssue {
  readonly name: string;
  readonly reason: string;
}

/** Decimal fractions are rounded, so that 0.3 / 0.1 is not 3. No error is as large for fewer than a billion steps. */
const roundedAway = 1e-6;

/** Returns true if a number is a whole multiple of a step. */
function isMultipleOf(value: number, step: number): boolean {
  const steps = value / step;
  return Math.abs(steps - Math.round(steps)) <= roundedAway;
}

function reasonsOf(parameter: Parameter): string[] {
  if (!("step" in parameter)) return [];
  const { type, minimum, maximum, step, scale } = parameter;
  const reasons = Object.entries({ minimum, maximum, default: parameter.default })
    .filter(([, value]) => !isMultipleOf(value, step))
    .map(([which, value]) => `has the ${which} ${value} (allowed: multiples of its step ${step})`);
  if (type === "integer" && !Number.isInteger(step)) reasons.push(`has the step ${step} (allowed: an integer)`);
  if (scale === "log" && minimum <= 0) {
    reasons.push(`has a logarithmic scale from ${minimum} (allowed: a minimum above 0)`);
  }
  return reasons;
}

/** Returns everything that a form could not be made of, in the order of the parameters. */
export function formIssues(parameters: readonly Parameter[]): FormIssue[] {
  const beyond = parameters.filter(({ group }) => group === "main").slice(maxMainParameters);
  return parameters.flatMap((parameter) => [
    ...reasonsOf(parameter).map((reason) => ({ name: parameter.name, reason })),
    ...(beyond.includes(parameter)
      ? [{ name: parameter.name, reason: `is one more in the group main (allowed: ${maxMainParameters})` }]
      : []),
  ]);
}
