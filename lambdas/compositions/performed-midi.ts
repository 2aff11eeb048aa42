import { perform } from "../../domain/music/performance";
import { type Score, writeMidi } from "../../domain/music/score";
import type { CompositionItem } from "../stores/items";

/** Returns the MIDI file of a piece, performed as its composition asks. A composition of version 0.2 asks for nothing. */
export function performedMidi(
  score: Score,
  { performance, phraseEnds }: Pick<CompositionItem, "performance" | "phraseEnds">,
): Uint8Array {
  return writeMidi(performance === undefined ? score : perform({ score, options: performance, phraseEnds }));
}
