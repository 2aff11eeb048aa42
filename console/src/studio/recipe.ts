/** A recipe: all that makes a piece, in a link. Another deployment with the same models makes the same bytes of it. */
import * as z from "zod/mini";
import type { Composition } from "../../../client/client";
import { fromBase64, toBase64 } from "./base64";
import type { Draft } from "./draft";

const recipeSchema = z.object({
  version: z.literal(1),
  technique: z.string(),
  modelId: z.optional(z.string()),
  seed: z.int().check(z.minimum(0), z.maximum(2 ** 31 - 1)),
  parameters: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  sampleMelodyId: z.string(),
  inputOptions: z.object({
    tempo: z.optional(z.number()),
    transpose: z.optional(z.number()),
    rhythmAssist: z.optional(z.boolean()),
    startBar: z.optional(z.number()),
    bars: z.optional(z.number()),
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
