/** Which track of a piece whose notes are edited can be saved as a melody. */
import type { Piece, PieceNote } from "../piece/piece";

const isSame = (one: readonly PieceNote[], other: readonly PieceNote[]): boolean =>
  one.length === other.length &&
  one.every((note, index) => {
    const beside = other[index];
    return (
      note === beside ||
      (note.start === beside?.start &&
        note.duration === beside.duration &&
        note.pitch === beside.pitch &&
        note.velocity === beside.velocity)
    );
  });

/**
 * Returns the places of the tracks that were edited, or of all if none was. Drums and tracks without notes are no
 * melodies, so they are left out.
 */
export function melodyTracks(before: Piece, edited: Piece): number[] {
  const melodic = edited.tracks.flatMap(({ isDrums, notes }, place) => (isDrums || notes.length === 0 ? [] : [place]));
  const changed = melodic.filter(
    (place) => !isSame(edited.tracks[place]?.notes ?? [], before.tracks[place]?.notes ?? []),
  );
  return changed.length === 0 ? melodic : changed;
}
