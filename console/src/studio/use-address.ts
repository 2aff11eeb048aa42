/** What an address of the studio asks for: a melody, a technique and its model, or a recipe. It is taken into the draft, and the address cleared. */
import { useEffect } from "react";
import { useLocation, useSearch } from "wouter";
import { useSampleMelodies, useTechniques } from "../api/queries";
import { useNotices } from "../app/notices";
import { texts } from "../texts/en";
import { changeDraft, chooseSource, draftStore } from "./draft-store";
import { readSource } from "./melody-source";
import { canBeMade, draftOfRecipe, readRecipe } from "./recipe";

export function useAddress(): void {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const { tell } = useNotices();
  const techniques = useTechniques();
  const samples = useSampleMelodies();
  useEffect(() => {
    const asked = new URLSearchParams(search);
    const melody = asked.get("melody");
    const technique = asked.get("technique");
    const model = asked.get("model");
    const recipeText = asked.get("recipe");
    if (melody === null && technique === null && recipeText === null) return;
    // A recipe is held against what this deployment has. Where the API does not answer, that is said by itself.
    if (recipeText !== null && (techniques.isPending || samples.isPending)) return;
    const source = melody === null ? undefined : readSource(melody);
    if (source !== undefined && source.kind !== "own") chooseSource(source);
    if (technique !== null) {
      const { models } = draftStore.getState();
      changeDraft({ technique, ...(model === null ? {} : { models: { ...models, [technique]: model } }) });
    }
    if (recipeText !== null) {
      const recipe = readRecipe(recipeText);
      const offer =
        techniques.data === undefined || samples.data === undefined
          ? undefined
          : { techniques: techniques.data.items, samples: samples.data.items };
      if (recipe === undefined || (offer !== undefined && !canBeMade(recipe, offer)))
        tell({ type: "error", text: texts.studio.recipeBroken });
      else {
        changeDraft(draftOfRecipe(recipe, draftStore.getState()));
        tell({ type: "info", text: texts.studio.recipeOpened });
      }
    }
    navigate(path, { replace: true });
  }, [navigate, path, samples.data, samples.isPending, search, techniques.data, techniques.isPending, tell]);
}
