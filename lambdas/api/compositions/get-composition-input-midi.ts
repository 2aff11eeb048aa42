import { compositionInputMidiKey } from "../../../naming/object-keys";
import { readCompositionFile } from "../../compositions/composition-file";
import { storedMidiResponse } from "../../http/midi-response";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import { Problem } from "../../problems/problem";
import type { Compositions } from "../../stores/compositions";
import type { PresigningObjectStore } from "../../stores/presigned-urls";
import { notReady } from "./not-ready";

export interface GetCompositionInputMidiParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get">;
  readonly files: Pick<PresigningObjectStore, "exists" | "read" | "presign">;
  readonly now: () => Date;
}

/** Returns the MIDI file of what a composition was made of, with its input options applied, or a URL of the file. */
export async function getCompositionInputMidi(params: GetCompositionInputMidiParams): Promise<Response> {
  const { request, compositions, files, now } = params;
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  return await readCompositionFile({
    compositions,
    item: await ownedItem("COMPOSITION", compositions, owned),
    file: "MIDI file of the input",
    read: async (item) => {
      if (item.state !== "COMPLETED") throw notReady(item, now());
      const { inputMidi, name } = item;
      if (inputMidi === undefined) {
        const detail = `Composition ${item.id} was made by an earlier version, which kept no copy of the input.`;
        throw new Problem("INPUT_MIDI_NOT_AVAILABLE", { detail });
      }
      const key = compositionInputMidiKey(owned);
      return await storedMidiResponse({ request, files, key, sha256: inputMidi.sha256, filename: `${name} input` });
    },
  });
}
