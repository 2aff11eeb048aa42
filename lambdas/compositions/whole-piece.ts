/** Decides whether a composition is given a whole piece, or one melody. */
import type { CompositionInput, InputOptions } from "../../domain/schemas/composition-parts";
import { techniques } from "../../domain/techniques/registry";
import type { TechniqueId } from "../../naming/resource-names";

export interface GivesWholePieceParams {
  readonly input: CompositionInput;
  readonly inputOptions?: InputOptions;
  readonly technique: TechniqueId;
}

/**
 * Returns true if the technique is given all tracks of the input. One that goes on with a piece is given all of it unless the
 * request names a track. One that re-writes is given all where the request says so, because without that a piece has
 * always been its track 0.
 */
export function givesWholePiece({ input, inputOptions = {}, technique }: GivesWholePieceParams): boolean {
  const { hearsTracks, extends: goesOn } = techniques[technique];
  if (!hearsTracks || "sampleMelodyId" in input) return false;
  const isAsked = inputOptions.allTracks === true;
  return "trackId" in input ? isAsked : input.trackIndex === undefined && (goesOn || isAsked);
}
