import { inUse, Problem } from "../problems/problem";
import { deleteWithFiles } from "../resources/delete-with-files";
import type { Compositions } from "../stores/compositions";
import type { ModelItem } from "../stores/items";
import type { Models, StockModels } from "../stores/models";
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
 * Requires that a model is no stock model: those belong to no user, so nobody can delete one.
 * @throws Problem STOCK_MODEL
 */
export async function requireNoStockModel(stockModels: Pick<StockModels, "get">, id: string): Promise<void> {
  if ((await stockModels.get(id)) === undefined) return;
  throw new Problem("STOCK_MODEL", {
    detail: `The model ${id} came with the software. Everyone uses it, so it cannot be deleted.`,
  });
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
