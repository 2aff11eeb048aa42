/** Sends the corrections of a piece, and shows what the API then has. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Composition } from "../../../client/client";
import { useApi } from "../api/api";
import { type Fetched, fetched } from "../api/fetched";
import { ProblemError } from "../api/problem-error";
import { asBytes } from "../api/queries";
import { queryKeys } from "../api/query-keys";
import { useNotices } from "../app/notices";
import { writePiece } from "../piece/write-piece";
import { texts } from "../texts/en";
import { type Correction, correctionOf, correctionWasKept, keepCorrection, setCorrection } from "./corrections";
import { tryReadPiece } from "./use-melody";

export interface CorrectionKeeping {
  readonly keep: (correction: Pick<Correction, "base" | "piece">) => Promise<void>;
  readonly isKeeping: boolean;
  readonly refusal: ProblemError | undefined;
}

export function useKeeping(id: string): CorrectionKeeping {
  const api = useApi();
  const client = useQueryClient();
  const { tell } = useNotices();
  const [isKeeping, setKeeping] = useState(false);
  const [refusal, setRefusal] = useState<ProblemError>();
  const path = { compositionId: id };

  const show = (composition: Fetched<Composition>, bytes: ArrayBuffer): void => {
    const { updatedAt } = composition.value;
    const file: Fetched<ArrayBuffer> = { value: bytes, etag: undefined, retryAfterSeconds: undefined };
    client.setQueryData(queryKeys.compositionMidi(id, updatedAt), file);
    client.setQueryData(queryKeys.composition(id), composition);
  };
  const keep = async ({ base, piece }: Pick<Correction, "base" | "piece">): Promise<void> => {
    setKeeping(true);
    setRefusal(undefined);
    const bytes = writePiece(piece);
    try {
      const result = await keepCorrection({
        correction: { base, piece },
        send: async (etag) => {
          const params = { path, header: { "If-Match": etag } };
          const body = new Blob([bytes], { type: "audio/midi" });
          return await fetched(api.PUT("/compositions/{compositionId}/midi", { params, body }));
        },
        read: async () => {
          const kept = await fetched(api.GET("/compositions/{compositionId}", { params: { path } }));
          const file = await fetched(api.GET("/compositions/{compositionId}/midi", { params: { path }, ...asBytes }));
          const now = tryReadPiece(file.value);
          if (now.piece === undefined) throw now.error ?? new Error(`The file of ${id} is empty.`);
          show(kept, file.value);
          return { kept, piece: now.piece, etag: kept.etag };
        },
      });
      if ("other" in result) {
        const { piece: edited = piece } = correctionOf(id) ?? {};
        setCorrection(id, { base, piece: edited, other: result.other });
        return;
      }
      // The API keeps the file as it was sent, so nobody has to wait for it.
      show(result.kept, bytes.buffer);
      correctionWasKept(id, { piece, etag: result.kept.etag });
      void client.invalidateQueries({ queryKey: queryKeys.compositionLists });
      tell({ type: "success", text: texts.studio.correctionKept });
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setRefusal(error);
    } finally {
      setKeeping(false);
    }
  };
  return { keep, isKeeping, refusal };
}
