/** What a form of hyperparameters holds: the texts that are typed, and the values that they stand for. */
import { trainingTexts } from "../texts/en-training";
import type { Technique } from "./training-queries";

export type Hyperparameter = Technique["hyperparameters"][number];
export type HyperparameterValue = string | number | boolean;

const { create: words } = trainingTexts;

/** Returns a number without the exponent that JavaScript writes for small ones. */
export const plainNumber = (value: number): string =>
  value.toLocaleString("en", { maximumFractionDigits: 10, useGrouping: false });

/** Returns what is wrong with what was typed, in a sentence, or undefined. */
export function faultOf({ type, minimum, maximum }: Hyperparameter, value: HyperparameterValue): string | undefined {
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
  typed: Readonly<Record<string, HyperparameterValue>>,
): Record<string, HyperparameterValue> {
  const entries = described.flatMap(({ name, type, default: usual }) => {
    const value = typed[name];
    if (value === undefined) return [];
    const meant = type === "integer" || type === "number" ? Number(value) : value;
    return meant === usual ? [] : [[name, meant] as const];
  });
  return Object.fromEntries(entries);
}
