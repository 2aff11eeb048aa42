/** Which tracks of a piece go on: the API's `inputOptions.extendedTracks`. */
import type { Composition } from "../../../client/client";
import type { Technique, Track } from "../api/queries";
import type { Piece } from "../piece/piece";
import type { Draft, OwnMelody } from "./draft";

/** A track that can go on, by its index in the file or the composition. */
interface ExtendableTrack {
  readonly index: number;
  readonly name: string;
  readonly noteCount: number;
}

/** Returns true if the technique goes on with a whole piece, of which some tracks may rest. */
export function goesOnWithTracks(
  { source, shape }: Pick<Draft, "source" | "shape">,
  technique: Pick<Technique, "extends" | "hearsTracks"> | undefined,
): boolean {
  if (technique?.extends !== true || !technique.hearsTracks || source.kind === "sample") return false;
  return source.kind === "composition" ? source.trackIndex === undefined : shape.allTracks === true;
}

/** Returns the tracks of a finished piece that can go on: drums and silence cannot. */
export const tracksOfComposition = ({ output }: Pick<Composition, "output">): ExtendableTrack[] =>
  (output?.tracks ?? []).filter(({ noteCount, isDrums }) => noteCount > 0 && isDrums !== true);

/** Returns the numbers that the API gives the tracks of a file. */
export const numbersOf = (own: OwnMelody | undefined, track: Pick<Track, "tracks"> | undefined): readonly number[] =>
  own?.tracks?.numbers ?? (track?.tracks ?? []).map(({ index }) => index);

/** Returns the tracks of a file that can go on. */
export const tracksOfFile = (whole: Piece | undefined, numbers: readonly number[]): ExtendableTrack[] =>
  (whole?.tracks ?? []).flatMap(({ name, isDrums, notes }, place) => {
    const index = numbers[place];
    return index === undefined || isDrums || notes.length === 0 ? [] : [{ index, name, noteCount: notes.length }];
  });

/**
 * Returns the choice after one of the tracks was chosen or left out. With all of them there is nothing to choose, as
 * with the API; the last one cannot be left out.
 */
export function withTrack(
  all: readonly ExtendableTrack[],
  chosen: readonly number[] | undefined,
  changed: { readonly index: number; readonly goesOn: boolean },
): number[] | undefined {
  const next = all
    .map(({ index }) => index)
    .filter((index) => (index === changed.index ? changed.goesOn : (chosen?.includes(index) ?? true)));
  if (next.length === all.length) return undefined;
  return next.length === 0 ? [changed.index] : next;
}
