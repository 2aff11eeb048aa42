/**
 * Notes of finished pieces that are edited and not kept yet, by the id of the composition. They outlive the view in which
 * they are edited: whoever looks at another view or another page finds them as they were.
 */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { ProblemError } from "../api/problem-error";
import { setReasonToStay } from "../app/reasons-to-stay";
import type { Piece } from "../piece/piece";
import { isSamePiece } from "../piece/same-piece";

/** A piece, and the version of its composition that it is. */
export interface PieceVersion {
  readonly piece: Piece;
  /** For `If-Match`; undefined while nobody knows it. */
  readonly etag: string | undefined;
}

export interface Correction {
  /** What the user began with. */
  readonly base: PieceVersion;
  readonly piece: Piece;
  /** What somebody else has kept since then: the user chooses between both. */
  readonly other?: PieceVersion;
}

export type Corrections = ReadonlyMap<string, Correction>;

export const hasEdits = ({ base, piece }: Correction): boolean => !isSamePiece(base.piece, piece);

export const withCorrection = (corrections: Corrections, id: string, correction: Correction): Corrections =>
  new Map(corrections).set(id, correction);

export const withoutCorrection = (corrections: Corrections, id: string): Corrections =>
  new Map([...corrections].filter(([one]) => one !== id));

/** What is left when a version was kept: nothing, or what was edited while it was on its way. */
export function afterKeeping(corrections: Corrections, id: string, kept: PieceVersion): Corrections {
  const correction = corrections.get(id);
  if (correction === undefined) return corrections;
  const { piece } = correction;
  return piece === kept.piece
    ? withoutCorrection(corrections, id)
    : withCorrection(corrections, id, { base: kept, piece });
}

export interface Keeping<Kept> {
  readonly correction: Pick<Correction, "base" | "piece">;
  readonly send: (etag: string) => Promise<Kept>;
  /** Reads what the API has now. */
  readonly read: () => Promise<PieceVersion & { readonly kept: Kept }>;
}
export type KeepingResult<Kept> = { readonly kept: Kept } | { readonly other: PieceVersion };

/**
 * Keeps a correction, unless others have changed the notes since it was begun. A version with the same notes, as after
 * another name, is no such change; nor is one with the corrected notes, as after an answer that was lost.
 * @throws ProblemError when the API refuses
 */
export async function keepCorrection<Kept>({ correction, send, read }: Keeping<Kept>): Promise<KeepingResult<Kept>> {
  const { base, piece } = correction;
  if (base.etag !== undefined) {
    try {
      return { kept: await send(base.etag) };
    } catch (error) {
      if (!(error instanceof ProblemError) || error.problem.code !== "VERSION_MISMATCH") throw error;
    }
  }
  const { kept, ...now } = await read();
  if (isSamePiece(now.piece, piece)) return { kept };
  if (now.etag === undefined || !isSamePiece(now.piece, base.piece)) return { other: now };
  return { kept: await send(now.etag) };
}

const store = createStore<Corrections>(() => new Map());

store.subscribe((corrections) => {
  setReasonToStay("corrections", [...corrections.values()].some(hasEdits));
});

export const useCorrection = (id: string): Correction | undefined => useStore(store, (all) => all.get(id));
export const correctionOf = (id: string): Correction | undefined => store.getState().get(id);

export const setCorrection = (id: string, correction: Correction): void => {
  store.setState(withCorrection(store.getState(), id, correction), true);
};
export const dropCorrection = (id: string): void => {
  store.setState(withoutCorrection(store.getState(), id), true);
};
export const correctionWasKept = (id: string, kept: PieceVersion): void => {
  store.setState(afterKeeping(store.getState(), id, kept), true);
};
