/**
 * Deletes a resource: first its row, if the row is still as it was read, and then its files, when nobody can see them
 * any more.
 */
import type { QuotaAmounts } from "../../domain/schemas/user-quotas";
import type { OwnedKind } from "../../naming/table-keys";
import { quotaHeld } from "../stores/items";
import { done, isDone, type Outcome, type Stale } from "../stores/outcome";
import type { OwnedItem, OwnedRows } from "../stores/owned-rows";
import type { PendingChanges } from "../stores/pending-changes";
import type { Log } from "../telemetry/logger";
import { type FileRemoval, mayHaveLateWriters, removeFilesOf } from "./resource-files";

export interface DeletableItem extends OwnedItem {
  readonly kind: OwnedKind;
  readonly holds?: QuotaAmounts | undefined;
}

export interface DeleteWithFilesParams<Item extends DeletableItem> {
  /** The row as it was read. If it has changed since, the deletion is refused. */
  readonly item: Item;
  readonly items: Pick<OwnedRows<Item>, "remove">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly removal: FileRemoval;
  readonly log: Log;
}

/**
 * Deletes a resource. When the outcome is done, the resource is gone and its files are, too; if removing them failed,
 * the reconciler does it. When the outcome is stale, nothing was changed.
 */
export async function deleteWithFiles<Item extends DeletableItem>(
  params: DeleteWithFilesParams<Item>,
): Promise<Outcome<undefined, Stale>> {
  const { item, items, pendingChanges, removal, log } = params;
  const removed = await items.remove({ item, gives: quotaHeld(item) });
  if (!isDone(removed)) return removed;
  try {
    await removeFilesOf(item.kind, item, removal);
    // If somebody may still be writing files, the pending change stays. The reconciler finishes it when nobody can be
    // writing any more.
    if (!mayHaveLateWriters(item.kind)) await pendingChanges.remove(removed.value);
  } catch (error) {
    log.warn("the files of a deleted resource are left to the reconciler", {
      kind: item.kind,
      id: item.id,
      reason: String(error),
    });
  }
  return done;
}
