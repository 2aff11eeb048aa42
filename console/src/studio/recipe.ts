/** A recipe: all that makes a piece, in a link. Another deployment with the same models makes the same bytes of it. */
import * as z from "zod/mini";
import type { Composition } from "../../../client/client";
import type { SampleMelody, Technique } from "../api/queries";
import { fromBase64, toBase64 } from "./base64";
import type { Draft, Value } from "./draft";
import type { Parameter } from "./techniques";

const between = (least: number, most: number) => [z.minimum(least), z.maximum(most)] as const;
const idSchema = z.string().check(z.minLength(1), z.maxLength(64));

/** The ranges are those of the API's `CreateComposition`. */
const recipeSchema = z.object({
  version: z.literal(1),
  technique: idSchema,
  modelId: z.optional(idSchema),
  seed: z.int().check(...between(0, 2 ** 31 - 1)),
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  sampleMelodyId: idSchema,
  inputOptions: z.object({
    tempo: z.optional(z.number().check(...between(40, 160))),
    transpose: z.optional(z.int().check(...between(-12, 12))),
    rhythmAssist: z.optional(z.boolean()),
    startBar: z.optional(z.int().check(...between(1, 100_000))),
    bars: z.optional(z.int().check(...between(1, 64))),
    allTracks: z.optional(z.boolean()),
  }),
});
export type Recipe = Readonly<z.infer<typeof recipeSchema>>;

type RecipeSource = Pick<Composition, "technique" | "modelId" | "seed" | "parameters" | "input" | "inputOptions">;

/** Returns the recipe of a piece, and nothing for a piece of somebody's own melody, which others cannot read. */
export function recipeOf(composition: RecipeSource): Recipe | undefined {
  const { technique, modelId, seed, parameters, input, inputOptions } = composition;
  if (!("sampleMelodyId" in input)) return undefined;
  const { sampleMelodyId } = input;
  return {
    version: 1,
    technique,
    ...(modelId === undefined ? {} : { modelId }),
    seed,
    parameters,
    sampleMelodyId,
    inputOptions,
  };
}

/** Returns a recipe as the value of `?recipe=`. */
export const writeRecipe = (recipe: Recipe): string =>
  toBase64(new TextEncoder().encode(JSON.stringify(recipe)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

/** Returns the address of the studio with a recipe. */
export const recipeAddress = (recipe: Recipe): string => `/studio?recipe=${writeRecipe(recipe)}`;

/** Returns the recipe of a link, and nothing where it cannot be read. */
export function readRecipe(text: string): Recipe | undefined {
  try {
    const json = new TextDecoder().decode(fromBase64(text.replaceAll("-", "+").replaceAll("_", "/")));
    const parsed = recipeSchema.safeParse(JSON.parse(json));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Neither base64 nor JSON: the link was cut.
    return undefined;
  }
}

/** What a deployment has. */
export interface Offer {
  readonly techniques: readonly OfferedTechnique[];
  readonly samples: readonly Pick<SampleMelody, "id">[];
}
interface OfferedTechnique extends Pick<Technique, "id"> {
  readonly parameters: readonly Pick<Parameter, "name" | "type" | "minimum" | "maximum" | "values">[];
}

/** Returns true if a deployment has what a recipe asks for, and takes its values. */
export function canBeMade({ technique: id, sampleMelodyId, parameters }: Recipe, offer: Offer): boolean {
  const technique = offer.techniques.find((one) => one.id === id);
  if (technique === undefined || offer.samples.every((sample) => sample.id !== sampleMelodyId)) return false;
  return technique.parameters.every((parameter) => {
    const value = parameters[parameter.name];
    return value === undefined || takes(parameter, value);
  });
}

function takes({ type, minimum, maximum, values }: OfferedTechnique["parameters"][number], value: Value): boolean {
  switch (type) {
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string" && values?.includes(value) !== false;
    case "integer":
    case "number":
      return (
        typeof value === "number" &&
        (type === "number" || Number.isInteger(value)) &&
        value >= (minimum ?? -Infinity) &&
        value <= (maximum ?? Infinity)
      );
  }
}

/** Returns the draft that a recipe stands for. Its seed is kept, so that composing makes the same piece. */
export function draftOfRecipe(recipe: Recipe, draft: Pick<Draft, "models" | "values">): Partial<Draft> {
  const { technique, modelId, seed, parameters, sampleMelodyId, inputOptions } = recipe;
  return {
    source: { kind: "sample", id: sampleMelodyId },
    technique,
    models: modelId === undefined ? draft.models : { ...draft.models, [technique]: modelId },
    values: { ...draft.values, [technique]: parameters },
    shape: inputOptions,
    seed,
    isSeedLocked: true,
    name: "",
  };
}
