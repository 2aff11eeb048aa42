import { trackResource } from "../../../domain/schemas/api/tracks";
import type { Tracks } from "../../stores/tracks";
import { jsonAnswer, type Answer } from "../../http/answer";
import { taggedAnswer, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { ownedItem } from "../../http/refusals";

export interface GetTrackParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "get">;
}

export async function getTrack({ request, tracks }: GetTrackParams): Promise<Answer> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await ownedItem("TRACK", tracks, { sub, id: request.pathParameter("trackId") });
  return await taggedAnswer({
    request,
    tag: versionTag(item),
    answer: () => jsonAnswer({ status: 200, body: trackResource(item) }),
  });
}
