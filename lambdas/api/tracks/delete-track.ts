import { trackKey } from "../../../domain/names/object-keys";
import type { TrackItem } from "../../../domain/schemas/items";
import type { StoredFiles } from "../../aws/stored-files";
import type { OpenWorkOfUser } from "../../aws/table/open-work-of-user";
import type { OwnedItems } from "../../aws/table/owned-items";
import { noContent, type Answer } from "../../http/answer";
import { changeOwned } from "../../http/change-owned";
import { inUse } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";

export interface DeleteTrackParams {
  readonly request: Request;
  readonly tracks: Pick<OwnedItems<TrackItem>, "load" | "remove">;
  readonly openWork: Pick<OpenWorkOfUser, "compositions">;
  readonly files: Pick<StoredFiles, "remove">;
}

export async function deleteTrack({ request, tracks, openWork, files }: DeleteTrackParams): Promise<Answer> {
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
      // The file first: if the row stays behind, the request can be repeated; a file alone would stay for ever.
      await files.remove([trackKey(of)]);
      await tracks.remove({ item, lower: ["tracks"] });
    },
  });
  return noContent;
}
