import { sha256Of } from "../../../domain/digest";
import { publicMidi } from "../../../domain/music/public-midi";
import { compositionMidiQuerySchema } from "../../../domain/schemas/api/compositions";
import { compositionMidiKey } from "../../../naming/object-keys";
import type { SharedCompositions } from "../../compositions/shared-composition";
import { midiBytesResponse } from "../../http/midi-bytes-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { parseQuery } from "../../http/validation";
import { DamagedFile, maxFileBytes } from "../../problems/lost-file";
import type { ObjectStore } from "../../stores/objects";

export interface GetSharedCompositionMidiParams {
  readonly request: Request;
  readonly sharedCompositions: SharedCompositions;
  readonly files: Pick<ObjectStore, "read">;
}

/**
 * Returns the MIDI file of a shared piece: its bytes only, because a URL of the bucket would tell whose it is, and without
 * the names that an uploaded file gave its tracks.
 */
export async function getSharedCompositionMidi(params: GetSharedCompositionMidiParams): Promise<Response> {
  const { request, sharedCompositions, files } = params;
  const { revision } = parseQuery(request, compositionMidiQuerySchema);
  const item = await sharedCompositions.find(request.pathParameter("token"));
  const bytes = await sharedCompositions.readFile({
    item,
    file: "MIDI file",
    read: async (current) => {
      const midi = revision === 0 ? (current.composed ?? current.midi) : current.midi;
      const stored = await files.read(compositionMidiKey(current, midi), maxFileBytes);
      if (stored !== undefined && sha256Of(stored) !== midi.sha256) {
        throw new DamagedFile("the file is not the MIDI file that was written");
      }
      return stored;
    },
  });
  return await midiBytesResponse({ request, bytes: publicMidi(bytes), filename: item.name });
}
