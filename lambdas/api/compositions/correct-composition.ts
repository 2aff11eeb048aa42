import { midiTypes } from "../../../naming/media-types";
import {
  correctComposition as correct,
  type CorrectCompositionParams as CorrectParams,
  hasFile,
} from "../../compositions/correct-composition";
import { changeOwned } from "../../http/change-owned";
import { requireIfMatch, versionTag } from "../../http/entity-tag";
import { mediaType, unsupportedMediaType } from "../../http/media-type";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { CompositionItem } from "../../stores/items";
import { compositionResource } from "./composition-resource";

export interface CorrectCompositionParams extends Omit<CorrectParams, "item" | "bytes"> {
  readonly request: Request;
}

/**
 * Puts a MIDI file in the place of the one that a finished composition has. A request that is sent again finds its file
 * there and changes nothing, although its If-Match names the version before (RFC 9110, 13.1.1).
 */
export async function correctComposition({ request, ...ports }: CorrectCompositionParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  requireIfMatch(request);
  const type = mediaType(request);
  if (!midiTypes.some((midi) => midi === type)) throw unsupportedMediaType(request, midiTypes);
  const bytes = request.body;
  const load = async (): Promise<CompositionItem> => await ownedItem("COMPOSITION", ports.compositions, owned);
  const present = await load();
  const corrected = hasFile(present, bytes)
    ? present
    : await changeOwned({ request, load, change: async (item) => await correct({ ...ports, item, bytes }) });
  return jsonResponse({ status: 200, body: compositionResource(corrected), headers: { etag: versionTag(corrected) } });
}
