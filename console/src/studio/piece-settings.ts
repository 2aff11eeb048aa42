/** The settings of a piece, and the form that may have others. */
import type { Composition } from "../../../client/client";
import type { Draft } from "./draft";
import { sourceOf, writeSource } from "./melody-source";

type Settings = Pick<Composition, "technique" | "modelId" | "parameters" | "inputOptions" | "seed" | "input">;

/** Returns what makes a draft compose a piece once more. */
export function settingsOf(
  composition: Settings,
  { models, values }: Pick<Draft, "models" | "values">,
): Partial<Draft> {
  const { technique, modelId, parameters, inputOptions, seed } = composition;
  return {
    source: sourceOf(composition),
    technique,
    models: modelId === undefined ? models : { ...models, [technique]: modelId },
    values: { ...values, [technique]: parameters },
    shape: inputOptions,
    seed,
    isSeedLocked: true,
  };
}

/** Returns true if a draft composes something else than a piece was: of another input, or by another technique. */
export const isOtherPiece = (composition: Pick<Settings, "technique" | "input">, draft: Draft): boolean =>
  draft.technique !== composition.technique || writeSource(draft.source) !== writeSource(sourceOf(composition));
