/** Undo and redo: a list of pieces, each of which is never changed. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Piece } from "../piece/piece";
import { isSamePiece } from "../piece/same-piece";

export interface History {
  readonly states: readonly Piece[];
  /** Index of the piece that is shown. */
  readonly at: number;
}

/** So many steps can be undone. */
const longestHistory = 200;

/** Returns the piece that is shown. */
export function currentPiece({ states, at }: History): Piece {
  const piece = states[at];
  if (piece === undefined) throw new Error(`The history has ${states.length} states, and none at ${at}.`);
  return piece;
}

export const beginHistory = (piece: Piece): History => ({ states: [piece], at: 0 });

/** Adds a piece after the one that is shown. What was undone is forgotten. */
export function push({ states, at }: History, piece: Piece): History {
  const kept = [...states.slice(0, at + 1), piece].slice(-longestHistory - 1);
  return { states: kept, at: kept.length - 1 };
}

export const canUndo = ({ at }: History): boolean => at > 0;
export const canRedo = ({ states, at }: History): boolean => at < states.length - 1;
export const undo = (history: History): History => (canUndo(history) ? { ...history, at: history.at - 1 } : history);
export const redo = (history: History): History => (canRedo(history) ? { ...history, at: history.at + 1 } : history);

/**
 * Returns the history in which a piece is shown: the same one if the piece is in it, as when a page hands back what was
 * edited, or if its like is shown, as when the API gives back what was kept; or else a new one.
 */
export function showing(history: History, piece: Piece): History {
  const at = history.states.lastIndexOf(piece);
  if (at < 0 && isSamePiece(currentPiece(history), piece)) return history;
  return at < 0 ? beginHistory(piece) : at === history.at ? history : { ...history, at };
}

export type HistoryStore = StoreApi<History>;
export const createHistory = (piece: Piece): HistoryStore => createStore(() => beginHistory(piece));
