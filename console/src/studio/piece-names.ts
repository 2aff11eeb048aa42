/** Names by which two pieces are told apart. Variations have one name. */
import type { Composition } from "../../../client/client";
import { studioViewTexts } from "../texts/studio-views";

const words = studioViewTexts.compare;

type Named = Pick<Composition, "name" | "seed">;

/** Returns what the two are called: their names, with their seeds or their places where the names alone say nothing. */
export function namesApart(one: Named, other: Named): readonly [string, string] {
  if (one.name !== other.name) return [one.name, other.name];
  if (one.seed !== other.seed) return [words.bySeed(one.name, one.seed), words.bySeed(other.name, other.seed)];
  return [words.thisOne(one.name), words.otherOne(other.name)];
}
