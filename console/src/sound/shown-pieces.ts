import type { Piece } from "../piece/piece";

/**
 * Pieces that something on the page shows, each with a button that pauses it. What plays must not go on when the last of
 * them is gone: nothing on the page could stop it then.
 */
export class ShownPieces {
  private readonly counts = new Map<Piece, number>();

  /** @param whenGone called when nothing shows a piece any more */
  constructor(private readonly whenGone: (piece: Piece) => void) {}

  /** @returns a function that tells that the piece is not shown any more */
  show(piece: Piece): () => void {
    this.counts.set(piece, this.countOf(piece) + 1);
    let isShown = true;
    return () => {
      if (!isShown) return;
      isShown = false;
      this.counts.set(piece, this.countOf(piece) - 1);
      // What takes its place in the same turn may show the same piece.
      queueMicrotask(() => {
        if (this.counts.get(piece) !== 0) return;
        this.counts.delete(piece);
        this.whenGone(piece);
      });
    };
  }

  private countOf(piece: Piece): number {
    return this.counts.get(piece) ?? 0;
  }
}
