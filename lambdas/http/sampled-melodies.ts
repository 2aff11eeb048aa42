import { sampleMelodies } from "../../domain/music/sample-melodies";
import type { SampledMelody } from "../../domain/schemas/api/shared";

/**
 * Returns the melodies of samples, each once, in the order in which the API lists melodies. A job of another version may
 * have samples of a melody that is not here any more.
 */
export function sampledMelodies(samples: readonly { readonly melodyId: string }[]): SampledMelody[] {
  const ids = new Set(samples.map(({ melodyId }) => melodyId));
  return sampleMelodies.filter(({ id }) => ids.has(id)).map(({ id, name, bars }) => ({ id, name, bars }));
}
