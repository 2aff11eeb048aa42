import { inUse } from "../problems/problem";
import { deleteWithFiles } from "../resources/delete-with-files";
import type { Compositions } from "../stores/compositions";
import type { ModelItem } from "../stores/items";
import type { Models } from "../stores/models";
import type { ObjectStore } from "../stores/objects";
import type { Outcome, Stale } from "../stores/outcome";
import type { PendingChanges } from "../stores/pending-changes";
import type { Log } from "../telemetry/logger";

export interface DeleteUnusedModelParams {
  /** The row as it was read. If it has changed since, the deletion is stale. */
  readonly item: ModelItem;
  readonly models: Pick<Models, "remove">;
  readonly compositions: Pick<Compositions, "openOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly log: Log;
}

/**
 * Deletes a user's model that no unfinished composition uses; compositions that were made with it stay.
 * @throws Problem IN_USE
 */
export async function deleteUnusedModel(params: DeleteUnusedModelParams): Promise<Outcome<undefined, Stale>> {
  const { item, models, compositions, pendingChanges, files, log } = params;
  const users = (await compositions.openOf(item.sub)).filter(({ model }) => model?.id === item.id);
  if (users.length > 0) throw inUse("model", users);
  return await deleteWithFiles({ item, items: models, pendingChanges, removal: { artifacts: files }, log });
}
