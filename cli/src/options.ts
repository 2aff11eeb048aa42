/** Readers of options. What an option refuses is told with the option's name and its value. */
import { InvalidArgumentError } from "@commander-js/extra-typings";

export interface NumberLimits {
  readonly min: number;
  readonly max: number;
}

/** Returns the reader of an option that is a whole number. */
export const wholeNumber =
  ({ min, max }: NumberLimits) =>
  (text: string): number => {
    const number = Number(text);
    if (/^-?\d{1,15}$/.test(text) && number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };

/** Numbers that the API judges: it names the range in its error. */
export const anyWholeNumber = wholeNumber({ min: -999_999_999_999_999, max: 999_999_999_999_999 });

export function anyNumber(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number)) return number;
  throw new InvalidArgumentError("It must be a number.");
}

/** Adds a value to those of an option that may be given several times. */
export const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];
