/** Which pieces of a data set a choice of topics means. */

export interface TaggedPiece {
  /** Tag → values, for example `composer` → `["bach"]`. */
  readonly tags: Readonly<Record<string, readonly string[]>>;
}

export type Topics = Readonly<Record<string, readonly string[]>>;

/**
 * Pieces that carry, for every tag that is asked for, at least one of its values. No tag, or a tag without values, asks
 * for nothing: no filter selects everything.
 */
export function selectPieces<Piece extends TaggedPiece>(pieces: readonly Piece[], topics: Topics): Piece[] {
  const asked = Object.entries(topics).filter(([, values]) => values.length > 0);
  return pieces.filter(({ tags }) =>
    asked.every(([tag, values]) =>
      (Object.hasOwn(tags, tag) ? (tags[tag] ?? []) : []).some((value) => values.includes(value)),
    ),
  );
}
