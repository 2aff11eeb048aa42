import { type Recipe, recipeOf } from "../studio/recipe";
import type { SharedComposition } from "./shared-queries";

/**
 * Returns the recipe of a shared piece. There is none if the melody or the model is the owner's own: the piece says of
 * neither which one it is.
 * @param isByRule whether the technique has no models
 */
export function sharedRecipe(shared: SharedComposition, isByRule: boolean): Recipe | undefined {
  const { sampleMelodyId, modelId } = shared;
  if (sampleMelodyId === undefined || (modelId === undefined && !isByRule)) return undefined;
  return recipeOf({ ...shared, input: { sampleMelodyId } });
}
