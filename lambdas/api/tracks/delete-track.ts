import type { TrackItem } from "../../../domain/schemas/items";
import type { OpenWorkOfUser } from "../../aws/table/open-work-of-user";
import type { OwnedItems } from "../../aws/table/owned-items";
import type { PendingChanges } from "../../aws/table/pending-changes";
import { noContent, type Answer } from "../../http/answer";
import { changeOwned } from "../../http/change-owned";
import { inUse } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { deleteWithFiles } from "../../resources/delete-with-files";
import type { ObjectStore } from "../../stores/objects";
import type { Log } from "../../telemetry/logger";

export interface DeleteTrackParams {
  readonly request: Request;
  readonly tracks: Pick<OwnedItems<TrackItem>, "load" | "remove">;
  readonly openWork: Pick<OpenWorkOfUser, "compositions">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly now: () => Date;
  readonly log: Log;
}

export async function deleteTrack(params: DeleteTrackParams): Promise<Answer> {
  const { request, tracks, openWork, files, ...rest } = params;
  const of = { sub: request.subject(), id: request.pathParameter("trackId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await tracks.load(of),
    change: async (item) => {
      const users = (await openWork.compositions(of.sub)).filter(
        ({ input }) => "trackId" in input && input.trackId === of.id,
      );
      if (users.length > 0) throw inUse("track", users);
      await deleteWithFiles({ ...rest, item, items: tracks, removal: { artefacts: files } });
    },
  });
  return noContent;
}
