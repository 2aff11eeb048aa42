/**
 * All techniques, each read from its document in contracts/techniques. A new id without a document does not compile.
 */
import arCnn from "../../contracts/techniques/ar-cnn.json";
import arranger from "../../contracts/techniques/arranger.json";
import transformer from "../../contracts/techniques/transformer.json";
import unetGan from "../../contracts/techniques/unet-gan.json";
import { perTechnique, type TechniqueId } from "../../naming/resource-names";
import { upsideDownRanges } from "./parameter-ranges";
import { type CheckedParameters, checkParameters } from "./parameter-values";
import type { Technique } from "./technique";
import { readTechnique } from "./technique-document";

const documents: Readonly<Record<TechniqueId, unknown>> = {
  "unet-gan": unetGan,
  "ar-cnn": arCnn,
  transformer,
  arranger,
};

export type Techniques = Readonly<Record<string, Technique>>;

export const techniques: Readonly<Record<TechniqueId, Technique>> = perTechnique((id) =>
  readTechnique(id, documents[id]),
);

/**
 * Checks the parameters of a composition in one pass: first each against its range, then the pairs that are not broken.
 */
export function checkCompositionParameters(
  technique: Technique,
  given: Readonly<Record<string, unknown>>,
): CheckedParameters {
  const { values, issues } = checkParameters(technique.parameters, given);
  return { values, issues: [...issues, ...upsideDownRanges(technique, values)] };
}
