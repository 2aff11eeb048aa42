import { isFinalCompositionState } from "../../domain/states/composition-state";
import { inUse, Problem } from "../problems/problem";
import { deleteWithFiles } from "../resources/delete-with-files";
import type { Compositions } from "../stores/compositions";
import type { CompositionItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import type { Outcome, Stale } from "../stores/outcome";
import type { PendingChanges } from "../stores/pending-changes";
import type { Log } from "../telemetry/logger";
import { pollAfterSeconds } from "./poll-interval";

export interface DeleteUnusedCompositionParams {
  /** The row as it was read. If it has changed since, the deletion is stale. */
  readonly item: CompositionItem;
  readonly compositions: Pick<Compositions, "remove" | "openOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly now: () => Date;
  readonly log: Log;
}

/** Deletes a composition that has ended and that no unfinished one is made from. @throws Problem NOT_FINAL, IN_USE */
export async function deleteUnusedComposition(
  params: DeleteUnusedCompositionParams,
): Promise<Outcome<undefined, Stale>> {
  const { item, compositions, pendingChanges, files, now, log } = params;
  if (!isFinalCompositionState(item.state)) {
    const wait = pollAfterSeconds(item, now());
    throw new Problem("NOT_FINAL", {
      detail: `The composition is ${item.state}; it can be deleted when it is COMPLETED or FAILED.`,
      ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    });
  }
  const users = (await compositions.openOf(item.sub)).filter(
    ({ input }) => "compositionId" in input && input.compositionId === item.id,
  );
  if (users.length > 0) throw inUse("composition", users);
  return await deleteWithFiles({ item, items: compositions, pendingChanges, removal: { artifacts: files }, log });
}
