import { taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Tracks } from "../../stores/tracks";
import { trackResource } from "./track-resource";

export interface GetTrackParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "get">;
}

/** Returns a track. */
export async function getTrack({ request, tracks }: GetTrackParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await ownedItem("TRACK", tracks, { sub, id: request.pathParameter("trackId") });
  return await taggedResponse({
    request,
    tag: versionTag(item),
    response: () => jsonResponse({ status: 200, body: trackResource(item) }),
  });
}
