/** Deletes a resource: its row first, under its condition, and its files when nobody can see them any more. */
import { quotaHeld } from "../../domain/schemas/items";
import type { OwnedKind } from "../../naming/table-keys";
import type { QuotaAmounts } from "../../domain/schemas/user-caps";
import type { OwnedItem, OwnedItems } from "../stores/owned-rows";
import type { PendingChanges } from "../stores/pending-changes";
import type { Log } from "../telemetry/logger";
import { mayHaveLateWriters, removeFilesOf, type FileRemoval } from "./resource-files";

export interface DeletableItem extends OwnedItem {
  readonly kind: OwnedKind;
  readonly holds?: QuotaAmounts | undefined;
}

export interface DeleteWithFilesParams<Item extends DeletableItem> {
  /** As it was read: the deletion is refused when it has changed since. */
  readonly item: Item;
  readonly items: Pick<OwnedItems<Item>, "remove">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly removal: FileRemoval;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * When this returns, the resource is gone. Its files are, too, unless removing them failed: then the sweeper does it.
 * @throws StaleItem, TableBusy: nothing was changed
 */
export async function deleteWithFiles<Item extends DeletableItem>(params: DeleteWithFilesParams<Item>): Promise<void> {
  const { item, items, pendingChanges, removal, now, log } = params;
  const deletion = await items.remove({ item, lower: quotaHeld(item), now: now() });
  try {
    await removeFilesOf(item.kind, item, removal);
    // Where somebody may still be writing, the note stays, and the sweeper looks again when nobody can be.
    if (!mayHaveLateWriters(item.kind)) await pendingChanges.remove(deletion);
  } catch (error) {
    log.warn("the files of a deleted resource are left to the sweeper", {
      kind: item.kind,
      id: item.id,
      reason: String(error),
    });
  }
}
