import { compositionMidiQuerySchema } from "../../../domain/schemas/api/compositions";
import { compositionMidiKey } from "../../../naming/object-keys";
import { readCompositionFile } from "../../compositions/composition-file";
import { storedMidiResponse } from "../../http/midi-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { parseQuery } from "../../http/validation";
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

/** Returns the MIDI file of a composition, or a URL of it. */
export async function getCompositionMidi(params: GetCompositionMidiParams): Promise<Response> {
  const { request, compositions, files, now } = params;
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  const { revision } = parseQuery(request, compositionMidiQuerySchema);
  return await readCompositionFile({
    compositions,
    item: await ownedItem("COMPOSITION", compositions, owned),
    file: "MIDI file",
    read: async (item) => {
      const midi = revision === 0 ? (item.composed ?? item.midi) : item.midi;
      if (item.state !== "COMPLETED" || midi === undefined) throw notReady(item, now());
      const key = compositionMidiKey(owned, midi);
      return await storedMidiResponse({ request, files, key, sha256: midi.sha256, filename: item.name });
    },
  });
}
