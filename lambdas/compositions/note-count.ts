/** Limits how many notes a melody may have for its length. */
import { type Melody, type ModelNote, stepsOf } from "../../domain/music/melody";
import type { Failure } from "../../domain/schemas/failure";
import { maxMelodyNotes, maxNotesPerStep } from "../../domain/schemas/invocation";

/** Returns the failure of a melody that has too many notes for its bars; undefined for any other. */
export function noteCountFailure(
  notes: readonly ModelNote[],
  { bars, timeSignature }: Pick<Melody, "bars" | "timeSignature">,
): Failure | undefined {
  const maxNotes = maxMelodyNotes(stepsOf({ bars, timeSignature }));
  if (notes.length <= maxNotes) return undefined;
  const rule = `at most ${maxNotes}, ${maxNotesPerStep} for each sixteenth`;
  const message = `The input has ${notes.length} notes in ${bars} ${bars === 1 ? "bar" : "bars"}; allowed are ${rule}.`;
  return { code: "INPUT_TOO_LARGE", message, retryable: false };
}
