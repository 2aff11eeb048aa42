import { updateTrackSchema } from "../../../domain/schemas/api/tracks";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseBody } from "../../http/validation";
import { ownedItem } from "../../problems/owned-item";
import type { Tracks } from "../../stores/tracks";
import { trackResource } from "./track-resource";

export interface UpdateTrackParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "get" | "change">;
}

/** Renames a track. */
export async function updateTrack({ request, tracks }: UpdateTrackParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("trackId") };
  requireNoQuery(request);
  const { name } = parseBody({ request, schema: updateTrackSchema });
  const changed = await changeOwned({
    request,
    load: async () => await ownedItem("TRACK", tracks, owned),
    change: async (item) => await tracks.change(item, { name }),
  });
  return jsonResponse({ status: 200, body: trackResource(changed), headers: { etag: versionTag(changed) } });
}
