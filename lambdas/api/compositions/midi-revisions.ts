import {
  compositionEditEventsKey,
  compositionMidiKey,
  compositionScoreKey,
  type OwnedBy,
} from "../../../domain/names/object-keys";

/** How far past the row's revision a MIDI file can lie: written by a change that then lost to another, or crashed. */
export const mostMidiRevisionsAhead = 4;

/** Every object that a composition can have, without a listing (which would need a right over the whole bucket). */
export function compositionKeys(of: OwnedBy, revision: number): string[] {
  const revisions = Array.from({ length: revision + mostMidiRevisionsAhead }, (_, index) => index + 1);
  return [
    compositionScoreKey(of),
    compositionEditEventsKey(of),
    ...revisions.map((each) => compositionMidiKey(of, each)),
  ];
}
