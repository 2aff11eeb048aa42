import { trackResource, updateTrackSchema } from "../../../domain/schemas/api/tracks";
import type { Tracks } from "../../stores/tracks";
import { jsonAnswer, type Answer } from "../../http/answer";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { parseBody } from "../../http/validation";
import { ownedItem } from "../../http/refusals";

export interface UpdateTrackParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "get" | "change">;
}

export async function updateTrack({ request, tracks }: UpdateTrackParams): Promise<Answer> {
  const of = { sub: request.subject(), id: request.pathParameter("trackId") };
  requireNoQuery(request);
  const { name } = parseBody({ request, schema: updateTrackSchema });
  const changed = await changeOwned({
    request,
    load: async () => await ownedItem("TRACK", tracks, of),
    change: async (item) => await tracks.change(item, { name }),
  });
  return jsonAnswer({ status: 200, body: trackResource(changed), headers: { etag: versionTag(changed) } });
}
