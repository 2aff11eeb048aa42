import { trackResource, updateTrackSchema } from "../../../domain/schemas/api/tracks";
import type { TrackItem } from "../../../domain/schemas/items";
import type { OwnedItems } from "../../stores/owned-rows";
import { jsonAnswer, type Answer } from "../../http/answer";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { parseBody } from "../../http/validation";

export interface UpdateTrackParams {
  readonly request: Request;
  readonly tracks: Pick<OwnedItems<TrackItem>, "load" | "change">;
  readonly now: () => Date;
}

export async function updateTrack({ request, tracks, now }: UpdateTrackParams): Promise<Answer> {
  const of = { sub: request.subject(), id: request.pathParameter("trackId") };
  requireNoQuery(request);
  const { name } = parseBody({ request, schema: updateTrackSchema });
  const changed = await changeOwned({
    request,
    load: async () => await tracks.load(of),
    change: async (item) => await tracks.change(item, { name }, now()),
  });
  return jsonAnswer({ status: 200, body: trackResource(changed), headers: { etag: versionTag(changed) } });
}
