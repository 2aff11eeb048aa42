import { changeOwned } from "../../http/change-owned";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Tracks } from "../../stores/tracks";
import { deleteUnusedTrack, type DeleteUnusedTrackParams } from "../../tracks/delete-unused-track";

export interface DeleteTrackParams extends Omit<DeleteUnusedTrackParams, "item"> {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "get" | "remove">;
}

/** Deletes one of the caller's tracks. */
export async function deleteTrack({ request, ...ports }: DeleteTrackParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("trackId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("TRACK", ports.tracks, owned),
    change: async (item) => await deleteUnusedTrack({ ...ports, item }),
  });
  return noContent;
}
