/** Creates a resource. Its files are written before its row, and a pending change notes the creation meanwhile. */
import type { PendingChangeItem } from "../stores/items";
import { isDone, type Outcome, type QuotaReached, type Repeated, type Stale } from "../stores/outcome";
import type { BeginParams, CreateParams, OwnedItem, OwnedRows } from "../stores/owned-rows";
import type { PendingChanges } from "../stores/pending-changes";
import { TableBusy } from "../stores/table";
import type { Log } from "../telemetry/logger";
import { type FileRemoval, removeFilesOf } from "./resource-files";

export interface CreateWithFilesParams<Item extends OwnedItem> {
  readonly item: Item;
  readonly items: Pick<OwnedRows<Item>, "begin" | "create">;
  readonly holds: BeginParams["holds"];
  readonly quotas: BeginParams["quotas"];
  readonly idempotency: CreateParams<Item>["idempotency"];
  readonly writeFiles: () => Promise<void>;
  readonly pendingChanges: Pick<PendingChanges, "abandon" | "remove">;
  readonly removal: FileRemoval;
  readonly log: Log;
}

/**
 * Notes the creation and takes the quotas, writes the files, then writes the row and forgets the creation. If a step
 * fails, the earlier ones are undone at once where that is possible, and by the reconciler where it is not.
 * @throws what `begin`, `writeFiles` and `create` throw
 */
export async function createWithFiles<Item extends OwnedItem>(
  params: CreateWithFilesParams<Item>,
): Promise<Outcome<undefined, Repeated | QuotaReached | Stale>> {
  const { item, items, holds, quotas, idempotency, writeFiles } = params;
  const begun = await items.begin({
    owned: { sub: item.sub, id: item.id },
    holds,
    quotas,
    claim: idempotency?.claim,
  });
  if (begun.kind !== "DONE") return begun;
  const creation = begun.value;
  try {
    await writeFiles();
    const outcome = await items.create({ item, takes: {}, quotas, idempotency, creation });
    if (outcome.kind === "REFERENCE_GONE") throw new Error("a resource with files refers to nothing that may be gone");
    if (outcome.kind !== "DONE") await undo(params, creation, { isRefused: true });
    return outcome;
  } catch (error) {
    await undo(params, creation, { isRefused: error instanceof TableBusy });
    throw error;
  }
}

/**
 * Undoes a creation as far as possible. The request ends as it would have, whatever happens here: the reconciler
 * finishes what is cut off.
 */
async function undo(
  { pendingChanges, removal, log }: Pick<CreateWithFilesParams<OwnedItem>, "pendingChanges" | "removal" | "log">,
  creation: PendingChangeItem,
  { isRefused }: { readonly isRefused: boolean },
): Promise<void> {
  try {
    const abandoned = await pendingChanges.abandon(creation);
    // Either the row was written after all and only the response was lost, or the reconciler was here first.
    if (!isDone(abandoned)) return;
    await removeFilesOf(creation.of, creation, removal);
    // The error may not say whether the write was done, and a file may still be on its way. Then the change stays, and
    // the reconciler finishes it.
    if (isRefused) await pendingChanges.remove(abandoned.value);
  } catch (error) {
    log.warn("a creation is left to the reconciler", { kind: creation.of, id: creation.id, reason: String(error) });
  }
}
