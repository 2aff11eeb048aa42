/** Decides whether a composition is given a whole piece, or one melody. */
import type { CompositionInput, InputOptions } from "../../domain/schemas/composition-parts";
import { techniques } from "../../domain/techniques/registry";
import type { TechniqueId } from "../../naming/resource-names";

export interface GivesWholePieceParams {
  readonly input: CompositionInput;
  readonly inputOptions?: InputOptions;
  readonly technique: TechniqueId;
}

/** Returns true if the technique is given all tracks of the input. */
export function givesWholePiece({ input, inputOptions = {}, technique }: GivesWholePieceParams): boolean {
  if (!techniques[technique].hearsTracks || "sampleMelodyId" in input) return false;
  return "trackId" in input ? inputOptions.allTracks === true : input.trackIndex === undefined;
}
