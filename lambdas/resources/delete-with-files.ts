/** Deletes a resource: its row first, under its condition, and its files when nobody can see them any more. */
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
  /** As it was read: the deletion is refused when it has changed since. */
  readonly item: Item;
  readonly items: Pick<OwnedRows<Item>, "remove">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly removal: FileRemoval;
  readonly log: Log;
}

/**
 * When the outcome is done, the resource is gone. Its files are, too, unless removing them failed: then the reconciler
 * does it. Stale: nothing was changed.
 */
export async function deleteWithFiles<Item extends DeletableItem>(
  params: DeleteWithFilesParams<Item>,
): Promise<Outcome<undefined, Stale>> {
  const { item, items, pendingChanges, removal, log } = params;
  const removed = await items.remove({ item, gives: quotaHeld(item) });
  if (!isDone(removed)) return removed;
  try {
    await removeFilesOf(item.kind, item, removal);
    // Where somebody may still be writing, the note stays, and the reconciler looks again when nobody can be.
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
