/** What the console makes of a piece that is shared. */
import type { SharedComposition } from "../../../console/src/shared/shared-queries";
import { sharedRecipe } from "../../../console/src/shared/shared-recipe";
import { isShared } from "../../../console/src/studio/is-shared";
import { readRecipe, recipeAddress } from "../../../console/src/studio/recipe";

const shared: SharedComposition = {
  name: "Evening",
  technique: "unet-gan",
  modelId: "unet-gan-bach",
  seed: 7,
  sampleMelodyId: "ode-to-joy",
  inputOptions: { transpose: 2 },
  parameters: { ending: true },
  output: { bars: 8, tempo: 100, timeSignature: "4/4", tracks: [], metrics: {} },
  expiresAt: "2026-01-31T12:00:00.000Z",
};

test("a piece of a sample melody and a stock model has a recipe, which its address keeps", () => {
  const recipe = sharedRecipe(shared, false);
  expect(recipe).toMatchObject({
    technique: "unet-gan",
    modelId: "unet-gan-bach",
    seed: 7,
    sampleMelodyId: "ode-to-joy",
  });
  if (recipe === undefined) throw new Error("there is no recipe");
  const address = new URL(recipeAddress(recipe), "http://localhost");
  expect(address.pathname).toBe("/studio");
  expect(readRecipe(address.searchParams.get("recipe") ?? "")).toEqual(recipe);
});

test("there is no recipe where the melody or the model is the owner's own; a technique by rule needs no model", () => {
  const { modelId: _model, ...withoutModel } = shared;
  const { sampleMelodyId: _melody, ...withoutMelody } = shared;
  expect(sharedRecipe(withoutMelody, false)).toBeUndefined();
  expect(sharedRecipe(withoutModel, false)).toBeUndefined();
  expect(sharedRecipe({ ...withoutModel, technique: "arranger" }, true)).toMatchObject({ technique: "arranger" });
});

test("a piece is shared until the instant at which its link ends", () => {
  const share = { createdAt: "2026-01-01T00:00:00.000Z", expiresAt: shared.expiresAt };
  const end = Date.parse(shared.expiresAt);
  expect(isShared({ share }, end - 1)).toBe(true);
  expect(isShared({ share }, end)).toBe(false);
  expect(isShared({}, end - 1)).toBe(false);
});
