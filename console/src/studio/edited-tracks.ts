/** Which track of a piece whose notes are edited can be saved as a melody. */
import type { Piece } from "../piece/piece";
import { haveSameNotes } from "../piece/same-piece";

/**
 * Returns the places of the tracks that were edited, or of all if none was. Drums and tracks without notes are no
 * melodies, so they are left out.
 */
export function melodyTracks(before: Piece, edited: Piece): number[] {
  const melodic = edited.tracks.flatMap(({ isDrums, notes }, place) => (isDrums || notes.length === 0 ? [] : [place]));
  const changed = melodic.filter(
    (place) => !haveSameNotes(edited.tracks[place]?.notes ?? [], before.tracks[place]?.notes ?? []),
  );
  return changed.length === 0 ? melodic : changed;
}
