/** What the studio needs of the API's description of a technique. */
import type { Technique } from "../api/queries";
import { texts } from "../texts/en";
import type { Value, Values } from "./draft";

export type Parameter = Technique["parameters"][number];

export interface GroupedParameters {
  readonly main: readonly Parameter[];
  readonly more: readonly Parameter[];
}

export function groupParameters(parameters: readonly Parameter[]): GroupedParameters {
  return {
    main: parameters.filter(({ group }) => group === "main"),
    more: parameters.filter(({ group }) => group === "more"),
  };
}

export const valueOf = (parameter: Parameter, values: Values | undefined): Value =>
  values?.[parameter.name] ?? parameter.default;

/** Returns the values to send: those of parameters that the technique has and that differ from their defaults. */
export function sentValues(parameters: readonly Parameter[], values: Values | undefined): Record<string, Value> {
  return Object.fromEntries(
    parameters.flatMap((parameter) => {
      const value = valueOf(parameter, values);
      return value === parameter.default ? [] : [[parameter.name, value]];
    }),
  );
}

type ModelledId = Exclude<Technique["id"], "arranger">;

/** Returns the id of a technique that has models, and nothing for one that follows rules. */
export const modelledId = (technique: Pick<Technique, "id"> | undefined): ModelledId | undefined =>
  technique === undefined || technique.id === "arranger" ? undefined : technique.id;

interface TechniqueWords {
  /** What it does, as a button says it. */
  readonly verb: string;
  readonly summary: string;
  /** Names a piece that it makes of a melody. */
  readonly named: (melody: string) => string;
  /** What it does with a finished piece. */
  readonly next: string;
}

const wordsById: Readonly<Record<string, TechniqueWords>> = texts.studio.techniques;

/** Returns a technique in words; one that the console does not know yet keeps its own name. */
export const wordsOf = ({ id, name, description }: Pick<Technique, "id" | "name" | "description">): TechniqueWords =>
  wordsById[id] ?? {
    verb: name,
    summary: description,
    named: (melody) => `${melody}, ${name}`,
    next: name,
  };

const longestName = 100;

/** Returns a name of a piece, cut to what the API takes. */
export const pieceName = (technique: Technique, melody: string): string => {
  const name = wordsOf(technique).named(melody);
  return Array.from(name).slice(0, longestName).join("").trim();
};
