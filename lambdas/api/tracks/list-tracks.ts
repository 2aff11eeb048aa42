import { trackResource } from "../../../domain/schemas/api/tracks";
import type { Tracks } from "../../stores/tracks";
import type { Answer } from "../../http/answer";
import { pageAnswer } from "../../http/page-answer";
import type { Request } from "../../http/request";

export interface ListTracksParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "list">;
}

export async function listTracks({ request, tracks }: ListTracksParams): Promise<Answer> {
  return await pageAnswer({ request, kind: "TRACK", list: tracks.list, resource: trackResource });
}
