/** What a form of hyperparameters holds: the texts that are typed, and the values that they stand for. */
import type { Technique } from "../api/queries";
import type { ParameterValue } from "../parameters/parameter-field";
import { plainNumber } from "../parameters/plain-number";
import { trainingTexts } from "../texts/en-training";

export type Hyperparameter = Technique["hyperparameters"][number];

/** The id of the control of a hyperparameter. */
export const hyperparameterControl = (name: string): string => `hyperparameter-${name}`;

const { create: words } = trainingTexts;

/** Returns what is wrong with what was typed, in a sentence, or undefined. */
export function faultOf({ type, minimum, maximum }: Hyperparameter, value: ParameterValue): string | undefined {
  if (type !== "integer" && type !== "number") return undefined;
  const text = String(value).trim();
  const number = Number(text);
  const isNumber = text !== "" && Number.isFinite(number) && (type === "number" || Number.isInteger(number));
  const isWithin = number >= (minimum ?? -Infinity) && number <= (maximum ?? Infinity);
  if (isNumber && isWithin) return undefined;
  const range = [plainNumber(minimum ?? 0), plainNumber(maximum ?? Number.MAX_SAFE_INTEGER)] as const;
  return type === "integer" ? words.invalidInteger(...range) : words.invalid(...range);
}

/** Returns the values that differ from their defaults, as the API takes them. */
export function changedValues(
  described: readonly Hyperparameter[],
  typed: Readonly<Record<string, ParameterValue>>,
): Record<string, ParameterValue> {
  const entries = described.flatMap(({ name, type, default: usual }) => {
    const value = typed[name];
    if (value === undefined) return [];
    const meant = type === "integer" || type === "number" ? Number(value) : value;
    return meant === usual ? [] : [[name, meant] as const];
  });
  return Object.fromEntries(entries);
}
