import { compositionMidiKey } from "../../../naming/object-keys";
import { readCompositionFile } from "../../compositions/composition-file";
import { midiResponse } from "../../http/midi-response";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { maxFileBytes } from "../../problems/lost-file";
import { ownedItem } from "../../problems/owned-item";
import type { Compositions } from "../../stores/compositions";
import type { PresigningObjectStore } from "../../stores/presigned-urls";
import { notReady } from "./not-ready";

export interface GetCompositionMidiParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get">;
  readonly files: Pick<PresigningObjectStore, "exists" | "read" | "presign">;
  readonly now: () => Date;
}

/** The row names another file by now, or is gone. */
class FileGone extends Error {}

export async function getCompositionMidi(params: GetCompositionMidiParams): Promise<Response> {
  const { request, compositions, files, now } = params;
  const of = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  return await readCompositionFile({
    compositions,
    item: await ownedItem("COMPOSITION", compositions, of),
    file: "MIDI file",
    read: async (item) => {
      const { midi } = item;
      if (item.state !== "COMPLETED" || midi === undefined) throw notReady(item, now());
      const key = compositionMidiKey(of, midi);
      try {
        return await midiResponse({
          request,
          sha256: midi.sha256,
          filename: item.name,
          read: async () => {
            const bytes = await files.read(key, maxFileBytes);
            if (bytes === undefined) throw new FileGone();
            return bytes;
          },
          presign: async (expiresInSeconds) => {
            // A URL of a lost file would be refused by S3, in words that say nothing.
            if (!(await files.exists(key))) throw new FileGone();
            return await files.presign(key, expiresInSeconds);
          },
        });
      } catch (error) {
        if (error instanceof FileGone) return undefined;
        throw error;
      }
    },
  });
}
