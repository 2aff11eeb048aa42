/** What a composition is made from, as the draft holds it and as addresses name it. */
import type { components, Composition } from "../../../client/client";

export type MelodySource =
  | { readonly kind: "sample"; readonly id: string }
  | { readonly kind: "track"; readonly id: string }
  | {
      readonly kind: "composition";
      readonly id: string;
      /** The track of that piece that is the melody. Without it, it is the piece's own melody. */
      readonly trackIndex?: number | undefined;
    }
  /** Notes that were recorded, opened or edited here, and are not saved yet. */
  | { readonly kind: "own" };

export const firstSample: MelodySource = { kind: "sample", id: "twinkle-twinkle" };

/** Returns a source as an address names it: `sample:ode-to-joy`, `composition:01…:2`. */
export function writeSource(source: MelodySource): string {
  if (source.kind === "own") return "own";
  const index = source.kind === "composition" && source.trackIndex !== undefined ? `:${source.trackIndex}` : "";
  return `${source.kind}:${source.id}${index}`;
}

/** Returns the source that an address names, and nothing where it names none. */
export function readSource(text: string): MelodySource | undefined {
  if (text === "own") return { kind: "own" };
  const [kind, id, index] = text.split(":");
  if (id === undefined || id === "") return undefined;
  if (kind === "sample" || kind === "track") return { kind, id };
  if (kind !== "composition") return undefined;
  return index !== undefined && /^\d+$/.test(index) ? { kind, id, trackIndex: Number(index) } : { kind, id };
}

export type SentInput = components["schemas"]["CompositionInput"];

/** Returns the input of a request. Notes that only this browser has must be saved before. */
export function inputOf(source: Exclude<MelodySource, { kind: "own" }>): SentInput {
  switch (source.kind) {
    case "sample":
      return { sampleMelodyId: source.id };
    case "track":
      return { trackId: source.id };
    case "composition": {
      const { id, trackIndex } = source;
      return { compositionId: id, ...(trackIndex === undefined ? {} : { trackIndex }) };
    }
  }
}

/** Returns what a composition was made from. */
export function sourceOf({ input }: Pick<Composition, "input">): MelodySource {
  if ("sampleMelodyId" in input) return { kind: "sample", id: input.sampleMelodyId };
  if ("trackId" in input) return { kind: "track", id: input.trackId };
  const { compositionId: id, trackIndex } = input;
  return { kind: "composition", id, ...(trackIndex === undefined ? {} : { trackIndex }) };
}
