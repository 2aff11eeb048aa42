import { trackResource } from "../../../domain/schemas/api/tracks";
import type { TrackItem } from "../../../domain/schemas/items";
import type { OwnedItems } from "../../stores/owned-rows";
import type { Answer } from "../../http/answer";
import { pageAnswer } from "../../http/page-answer";
import type { Request } from "../../http/request";

export interface ListTracksParams {
  readonly request: Request;
  readonly tracks: Pick<OwnedItems<TrackItem>, "list">;
}

export async function listTracks({ request, tracks }: ListTracksParams): Promise<Answer> {
  return await pageAnswer({ request, kind: "TRACK", list: tracks.list, resource: trackResource });
}
