import { changeOwned } from "../../http/change-owned";
import { inUse } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import { ownedItem } from "../../http/refusals";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { deleteWithFiles } from "../../resources/delete-with-files";
import type { ObjectStore } from "../../stores/objects";
import type { OpenWork } from "../../stores/open-work";
import type { PendingChanges } from "../../stores/pending-changes";
import type { Tracks } from "../../stores/tracks";
import type { Log } from "../../telemetry/logger";

export interface DeleteTrackParams {
  readonly request: Request;
  readonly tracks: Pick<Tracks, "get" | "remove">;
  readonly openWork: Pick<OpenWork, "compositionsOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly log: Log;
}

export async function deleteTrack(params: DeleteTrackParams): Promise<Response> {
  const { request, tracks, openWork, files, ...rest } = params;
  const of = { sub: request.subject(), id: request.pathParameter("trackId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("TRACK", tracks, of),
    change: async (item) => {
      const users = (await openWork.compositionsOf(of.sub)).filter(
        ({ input }) => "trackId" in input && input.trackId === of.id,
      );
      if (users.length > 0) throw inUse("track", users);
      return await deleteWithFiles({ ...rest, item, items: tracks, removal: { artifacts: files } });
    },
  });
  return noContent;
}
