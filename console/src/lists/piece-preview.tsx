import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Piece, PieceError } from "../piece/piece";
import { readPiece } from "../piece/read-piece";
import { SmallRoll } from "../stage/small-roll";
import { texts } from "../texts/en";

/** Returns the piece of a file, or undefined if the file cannot be drawn. */
function pieceOf(bytes: ArrayBuffer): Piece | undefined {
  try {
    return readPiece(bytes);
  } catch (error) {
    if (error instanceof PieceError) return undefined;
    throw error;
  }
}

/** A small roll that plays in place, as soon as its file is there. */
export function PiecePreview(props: { readonly title: string; readonly midi: UseQueryResult<ArrayBuffer> }) {
  const { title, midi } = props;
  const { data, isError } = midi;
  const piece = useMemo(() => (data === undefined ? undefined : pieceOf(data)), [data]);
  if (piece !== undefined) return <SmallRoll piece={piece} title={title} />;
  const cannotDraw = isError || data !== undefined;
  return <div className="piece-place">{cannotDraw ? texts.lists.noPreview : texts.loading}</div>;
}
