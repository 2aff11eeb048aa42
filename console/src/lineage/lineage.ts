/** Where a composition came from: the pieces before it, down to the melody that somebody brought. */
import { type ApiClient, type Composition, problemOf } from "../../../client/client";
import { ProblemError } from "../api/problem-error";

/** A piece's origin at the end of the line. */
export type Origin =
  | { readonly kind: "sample"; readonly id: string; readonly name: string }
  | { readonly kind: "track"; readonly id: string; readonly name: string }
  /** It was deleted since. */
  | { readonly kind: "gone"; readonly id: string };

export interface Lineage {
  readonly origin: Origin | undefined;
  /** From the first piece to the one before this. */
  readonly ancestors: readonly Composition[];
  /** True if there are more pieces before the first one that is shown. */
  readonly isCut: boolean;
}

/** A line is followed no further back. */
export const mostAncestors = 20;

/** @throws ProblemError when a piece of the line cannot be read for another reason than that it is gone */
export async function readLineage(api: ApiClient, composition: Composition, signal: AbortSignal): Promise<Lineage> {
  const ancestors: Composition[] = [];
  let { input } = composition;
  while ("compositionId" in input) {
    if (ancestors.length === mostAncestors) return { origin: undefined, ancestors, isCut: true };
    const { compositionId } = input;
    const result = await api.GET("/compositions/{compositionId}", { params: { path: { compositionId } }, signal });
    if (result.data === undefined) {
      const problem = problemOf(result);
      if (problem.status !== 404) throw new ProblemError(problem);
      return { origin: { kind: "gone", id: compositionId }, ancestors, isCut: false };
    }
    ancestors.unshift(result.data);
    ({ input } = result.data);
  }
  return { origin: await readOrigin(api, input, signal), ancestors, isCut: false };
}

type OriginInput = Exclude<Composition["input"], { compositionId: string }>;

async function readOrigin(api: ApiClient, input: OriginInput, signal: AbortSignal): Promise<Origin> {
  if ("sampleMelodyId" in input) {
    const { data } = await api.GET("/sample-melodies", { signal });
    const id = input.sampleMelodyId;
    return { kind: "sample", id, name: data?.items.find((sample) => sample.id === id)?.name ?? id };
  }
  const { trackId } = input;
  const result = await api.GET("/tracks/{trackId}", { params: { path: { trackId } }, signal });
  if (result.data !== undefined) return { kind: "track", id: trackId, name: result.data.name };
  const problem = problemOf(result);
  if (problem.status !== 404) throw new ProblemError(problem);
  return { kind: "gone", id: trackId };
}
