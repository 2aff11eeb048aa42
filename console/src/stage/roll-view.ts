/** Which part of a piece the roll shows, and where on its canvas. Lengths are CSS pixels. */
import { barTicks, endOfPiece, type Piece } from "../piece/piece";

export const keysWidth = 56;
export const rulerHeight = 24;

export interface RollSize {
  readonly width: number;
  readonly height: number;
}

export interface RollView {
  /** The tick at the left edge. */
  readonly left: number;
  readonly pixelsPerTick: number;
  /** The pitch at the bottom. */
  readonly lowest: number;
  readonly rowHeight: number;
}

const fewestRows = 24;
/** The roll begins with so many bars in view; the others are reached by scrolling. */
const barsInView = 12;

export const xOf = (view: RollView, tick: number): number => keysWidth + (tick - view.left) * view.pixelsPerTick;
export const tickAt = (view: RollView, x: number): number => view.left + (x - keysWidth) / view.pixelsPerTick;
/** Returns the top of a pitch's row. */
export const yOf = (view: RollView, { height }: RollSize, pitch: number): number =>
  height - (pitch - view.lowest + 1) * view.rowHeight;
export const pitchAt = (view: RollView, { height }: RollSize, y: number): number =>
  Math.floor((height - y) / view.rowHeight + view.lowest);

/** Returns the rows that hold all notes, and some around them. */
function rowsOf({ tracks }: Pick<Piece, "tracks">): { readonly lowest: number; readonly rows: number } {
  let low = 127;
  let high = 0;
  for (const { notes } of tracks) {
    for (const { pitch } of notes) {
      low = Math.min(low, pitch);
      high = Math.max(high, pitch);
    }
  }
  if (low > high) [low, high] = [48, 84];
  const rows = Math.max(fewestRows, high - low + 5);
  const lowest = Math.max(0, Math.min(128 - rows, Math.round((low + high - rows) / 2) + 1));
  return { lowest, rows };
}

/** Returns the view of the beginning, or of all bars, with every pitch of the piece. */
export function fitted(piece: Piece, { width, height }: RollSize, bars = Math.min(piece.bars, barsInView)): RollView {
  const { lowest, rows } = rowsOf(piece);
  return {
    left: 0,
    pixelsPerTick: Math.max(1, width - keysWidth) / (bars * barTicks(piece)),
    lowest,
    rowHeight: Math.max(1, height - rulerHeight) / rows,
  };
}

/** Returns the view scrolled to a tick, never beyond the piece's ends. */
export function scrolledTo(view: RollView, piece: Piece, { width }: RollSize, left: number): RollView {
  const shown = (width - keysWidth) / view.pixelsPerTick;
  return { ...view, left: Math.max(0, Math.min(left, endOfPiece(piece) - shown)) };
}

/** Returns the view in which a piece is first seen: from its beginning, or with its new music beside what led to it. */
export function opened(piece: Piece, size: RollSize, newFrom?: number): RollView {
  const view = fitted(piece, size);
  return newFrom === undefined ? view : scrolledTo(view, piece, size, newFrom - 2 * barTicks(piece));
}

/** Returns the view zoomed in or out around a point, between the whole piece and half a bar. */
export function zoomed(view: RollView, piece: Piece, size: RollSize, factor: number, x = keysWidth): RollView {
  const inner = Math.max(1, size.width - keysWidth);
  const least = inner / endOfPiece(piece);
  const most = Math.max(least, inner / (barTicks(piece) / 2));
  const pixelsPerTick = Math.max(least, Math.min(most, view.pixelsPerTick * factor));
  const tick = tickAt(view, x);
  return scrolledTo({ ...view, pixelsPerTick }, piece, size, tick - (x - keysWidth) / pixelsPerTick);
}

/** Returns the view in which a tick and a pitch can be seen, scrolled no further than needed. */
export function revealing(view: RollView, piece: Piece, size: RollSize, tick: number, pitch?: number): RollView {
  const shown = (size.width - keysWidth) / view.pixelsPerTick;
  const isInView = tick >= view.left && tick < view.left + shown;
  const scrolled = isInView ? view : scrolledTo(view, piece, size, tick - shown / 8);
  if (pitch === undefined) return scrolled;
  const rows = Math.floor((size.height - rulerHeight) / view.rowHeight);
  const lowest = pitch < view.lowest ? pitch : pitch >= view.lowest + rows ? pitch - rows + 1 : view.lowest;
  return lowest === scrolled.lowest ? scrolled : { ...scrolled, lowest };
}

/** Returns the view of a small roll, which has neither keys nor ruler: the whole piece. */
export function smallView(piece: Piece, { width, height }: RollSize): RollView {
  const { lowest, rows } = rowsOf(piece);
  const pixelsPerTick = Math.max(1, width) / endOfPiece(piece);
  return { left: keysWidth / pixelsPerTick, pixelsPerTick, lowest, rowHeight: Math.max(1, height) / rows };
}
