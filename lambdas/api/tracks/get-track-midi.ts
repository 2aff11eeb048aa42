import { trackKey } from "../../../naming/object-keys";
import { storedMidiResponse } from "../../http/midi-response";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import { readFileOfRow } from "../../resources/read-file-of-row";
import type { PresigningObjectStore } from "../../stores/presigned-urls";
import type { Tracks } from "../../stores/tracks";

export interface GetTrackMidiParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "get">;
  readonly files: Pick<PresigningObjectStore, "exists" | "read" | "presign">;
}

/** Returns the MIDI file of a track as it was uploaded, or a URL of it. */
export async function getTrackMidi({ request, tracks, files }: GetTrackMidiParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("trackId") };
  requireNoQuery(request);
  return await readFileOfRow({
    items: tracks,
    item: await ownedItem("TRACK", tracks, owned),
    file: "MIDI file",
    advice: "Upload the file again, and delete this track.",
    read: async ({ sha256, name }) =>
      await storedMidiResponse({ request, files, key: trackKey(owned), sha256, filename: name }),
  });
}
