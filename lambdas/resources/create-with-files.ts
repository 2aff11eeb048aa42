/** Creates a resource whose files are written before its row, so that neither is ever without the other. */
import type { PendingChangeItem } from "../../domain/schemas/items";
import { TableRefusal } from "../stores/outcome";
import type { BeginParams, CreateParams, OwnedItem, OwnedItems } from "../stores/owned-rows";
import type { PendingChanges } from "../stores/pending-changes";
import type { Log } from "../telemetry/logger";
import { removeFilesOf, type FileRemoval } from "./resource-files";

export interface CreateWithFilesParams<Item extends OwnedItem> {
  readonly item: Item;
  readonly items: Pick<OwnedItems<Item>, "begin" | "create">;
  readonly holds: BeginParams["holds"];
  readonly caps: BeginParams["caps"];
  readonly idempotency: CreateParams<Item>["idempotency"];
  readonly writeFiles: () => Promise<void>;
  readonly pendingChanges: Pick<PendingChanges, "abandon" | "remove">;
  readonly removal: FileRemoval;
  readonly now: () => Date;
  readonly log: Log;
}

/**
 * Notes the creation and raises the quota, writes the files, then writes the row and forgets the creation. What fails in
 * between is undone at once where that is possible, and by the sweeper where it is not.
 * @throws what `begin`, `writeFiles` and `create` throw
 */
export async function createWithFiles<Item extends OwnedItem>(params: CreateWithFilesParams<Item>): Promise<void> {
  const { item, items, holds, caps, idempotency, writeFiles, now } = params;
  const creation = await items.begin({
    of: { sub: item.sub, id: item.id },
    holds,
    caps,
    claim: idempotency?.claim,
    now: now(),
  });
  try {
    await writeFiles();
    await items.create({ item, raise: {}, caps, idempotency, creation });
  } catch (error) {
    await undo(params, creation, error);
    throw error;
  }
}

/** The request ends with the error that was, whatever becomes of this: the sweeper comes by when it is cut off. */
async function undo(
  {
    pendingChanges,
    removal,
    now,
    log,
  }: Pick<CreateWithFilesParams<OwnedItem>, "pendingChanges" | "removal" | "now" | "log">,
  creation: PendingChangeItem,
  error: unknown,
): Promise<void> {
  try {
    const deletion = await pendingChanges.abandon(creation, now());
    // The row was written after all, and only the answer was lost; or the sweeper was here first.
    if (deletion === undefined) return;
    await removeFilesOf(creation.of, creation, removal);
    // After another error a file may still be on its way: the sweeper looks again.
    if (error instanceof TableRefusal) await pendingChanges.remove(deletion);
  } catch (failure) {
    log.warn("a creation is left to the sweeper", { kind: creation.of, id: creation.id, reason: String(failure) });
  }
}
