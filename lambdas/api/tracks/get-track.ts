import { trackResource } from "../../../domain/schemas/api/tracks";
import type { TrackItem } from "../../../domain/schemas/items";
import type { OwnedItems } from "../../stores/owned-rows";
import { jsonAnswer, type Answer } from "../../http/answer";
import { taggedAnswer, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";

export interface GetTrackParams {
  readonly request: Request;
  readonly tracks: Pick<OwnedItems<TrackItem>, "load">;
}

export async function getTrack({ request, tracks }: GetTrackParams): Promise<Answer> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await tracks.load({ sub, id: request.pathParameter("trackId") });
  return await taggedAnswer({
    request,
    tag: versionTag(item),
    answer: () => jsonAnswer({ status: 200, body: trackResource(item) }),
  });
}
