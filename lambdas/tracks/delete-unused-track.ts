import { inUse } from "../problems/problem";
import { deleteWithFiles } from "../resources/delete-with-files";
import type { Compositions } from "../stores/compositions";
import type { TrackItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import type { Outcome, Stale } from "../stores/outcome";
import type { PendingChanges } from "../stores/pending-changes";
import type { Tracks } from "../stores/tracks";
import type { Log } from "../telemetry/logger";

export interface DeleteUnusedTrackParams {
  /** The row as it was read. If it has changed since, the deletion is stale. */
  readonly item: TrackItem;
  readonly tracks: Pick<Tracks, "remove">;
  readonly compositions: Pick<Compositions, "openOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly log: Log;
}

/** Deletes a track that no unfinished composition is made from. @throws Problem IN_USE */
export async function deleteUnusedTrack(params: DeleteUnusedTrackParams): Promise<Outcome<undefined, Stale>> {
  const { item, tracks, compositions, pendingChanges, files, log } = params;
  const users = (await compositions.openOf(item.sub)).filter(
    ({ input }) => "trackId" in input && input.trackId === item.id,
  );
  if (users.length > 0) throw inUse("track", users);
  return await deleteWithFiles({ item, items: tracks, pendingChanges, removal: { artifacts: files }, log });
}
