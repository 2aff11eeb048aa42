import { listQuerySchema } from "../../../domain/schemas/api/shared";
import { pageResponse } from "../../http/page-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { Tracks } from "../../stores/tracks";
import { trackResource } from "./track-resource";

export interface ListTracksParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "summaries" | "getMany">;
}

/** Lists the caller's tracks. */
export async function listTracks({ request, tracks }: ListTracksParams): Promise<Response> {
  return await pageResponse({
    request,
    kind: "TRACK",
    query: listQuerySchema,
    summaries: async (sub) => await tracks.summaries(sub),
    resources: async ({ sub, ids }) => (await tracks.getMany(sub, ids)).map(trackResource),
  });
}
