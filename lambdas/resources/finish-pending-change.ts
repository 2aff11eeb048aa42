/** Finishes a change that was cut off, for the reconciler: docs/adr/0020-rows-before-files.md. */
import { pendingChangeGraceSeconds } from "../../naming/time-limits";
import type { PendingChangeItem } from "../stores/items";
import { doneWith, isDone } from "../stores/outcome";
import type { PendingChanges } from "../stores/pending-changes";
import { type FileRemoval, removeFilesOf } from "./resource-files";

export interface FinishPendingChangeParams {
  readonly change: PendingChangeItem;
  readonly pendingChanges: Pick<PendingChanges, "isCurrent" | "abandon" | "remove">;
  readonly removal: FileRemoval;
  readonly now: () => Date;
}

/**
 * Undoes a creation whose function has ended long ago, and finishes a deletion: removes the files and forgets the
 * change. A creation first becomes a deletion, so that nobody can complete it while its files are being removed. Such a
 * deletion is finished at once, because nobody has worked on it for the whole time of grace.
 * @returns true if anything was done
 */
export async function finishPendingChange(params: FinishPendingChangeParams): Promise<boolean> {
  const { change, pendingChanges, removal, now } = params;
  const restsForSeconds = (now().getTime() - Date.parse(change.since)) / 1_000;
  if (restsForSeconds < pendingChangeGraceSeconds) return false;
  const abandoned = change.state === "DELETING" ? doneWith(change) : await pendingChanges.abandon(change);
  // The list may be older than the table, and files that are removed here cannot be restored.
  if (!isDone(abandoned) || !(await pendingChanges.isCurrent(abandoned.value))) return false;
  const deletion = abandoned.value;
  await removeFilesOf(deletion.of, deletion, removal);
  return isDone(await pendingChanges.remove(deletion));
}
