/**
 * The store of pending changes of resources that have files. Each change has an item from its first write to its last, so that a change that
 * is cut off in between is found and finished. docs/adr/0020-rows-before-files.md says in which order everything is
 * written.
 */
import type { QuotaAmounts } from "../../domain/schemas/user-quotas";
import { openWorkOwner, ownedKey, type OwnedKind, pendingChangeKey, pendingChangeMark } from "../../naming/table-keys";
import { allOf, equals, rowIsAbsent } from "./conditions";
import { readItem, writeItem } from "./item-codec";
import { type PendingChangeItem, pendingChangeItemSchema } from "./items";
import { doneWith, isDone, type Outcome, type Stale } from "./outcome";
import { moveQuota } from "./quotas";
import type { Table, Write } from "./table";
import { transact, writeRow } from "./transaction";

export interface PendingChanges {
  /**
   * Yields all pending changes from the index, which is eventually consistent. So every write of a change checks that
   * it is still as it was read.
   */
  list(): AsyncIterable<PendingChangeItem>;
  /** Returns true if the change is still as it was read, by a consistent read. */
  isCurrent(change: PendingChangeItem): Promise<boolean>;
  /**
   * Gives up a creation: gives its quota back and turns it into a deletion of the files that it left. The value is the
   * deletion; stale when the creation is not pending any more.
   */
  abandon(change: PendingChangeItem): Promise<Outcome<PendingChangeItem, Stale>>;
  /** Forgets a change that is done; stale when it has become another one. */
  remove(change: PendingChangeItem): Promise<Outcome<undefined, Stale>>;
}

export interface NewPendingChange {
  /** The kind of the resource. */
  readonly of: OwnedKind;
  readonly sub: string;
  readonly id: string;
  readonly state: PendingChangeItem["state"];
  readonly now: Date;
  readonly holds?: QuotaAmounts;
}

/** Returns the item of a new pending change. */
export function pendingChange({ of, sub, id, state, now, holds = {} }: NewPendingChange): PendingChangeItem {
  return {
    schemaVersion: 1,
    kind: "PENDING_CHANGE",
    of,
    sub,
    id,
    state,
    since: now.toISOString(),
    holds,
    openWork: pendingChangeMark,
    openWorkOwner: openWorkOwner(sub, id),
  };
}

const keyOf = ({ of, sub, id }: Pick<PendingChangeItem, "of" | "sub" | "id">) => pendingChangeKey(of, sub, id);

/** The condition that the change is still the one that was read or written. */
const unchanged = ({ state, since }: PendingChangeItem) => allOf(equals("state", state), equals("since", since));

/**
 * Returns the write that puts a change.
 * @param condition - on the change that may already have the same key
 */
export const putPendingChange = (change: PendingChangeItem, condition?: Write["condition"]): Write => ({
  kind: "PUT",
  key: keyOf(change),
  row: writeItem(pendingChangeItemSchema, keyOf(change), change),
  condition,
});

/**
 * Returns the write that ends a creation, beside the write of the row. It is refused when the creation was given up
 * meanwhile.
 */
export const endOfCreation = (change: PendingChangeItem): Write => ({
  kind: "DELETE",
  key: keyOf(change),
  condition: unchanged(change),
});

export function createPendingChanges({
  table,
  now,
}: {
  readonly table: Table;
  readonly now: () => Date;
}): PendingChanges {
  return {
    async *list() {
      for await (const row of table.all({ index: "OpenWork", partition: pendingChangeMark })) {
        yield readItem(pendingChangeItemSchema, row);
      }
    },

    async isCurrent(change) {
      const row = await table.read(keyOf(change));
      if (row === undefined) return false;
      const { state, since } = readItem(pendingChangeItemSchema, row);
      return state === change.state && since === change.since;
    },

    async abandon(change) {
      const deletion = pendingChange({ ...change, state: "DELETING", now: now(), holds: {} });
      const outcome = await transact(table, [
        { write: putPendingChange(deletion, unchanged(change)) },
        // A resource that has its row is not given up, even if a change is pending.
        {
          write: { kind: "CHECK", key: ownedKey(change.of, change.sub, change.id), condition: rowIsAbsent },
        },
        ...moveQuota(change.sub, { decrement: change.holds }),
      ]);
      return isDone(outcome) ? doneWith(deletion) : outcome;
    },

    async remove(change) {
      return await writeRow(table, { kind: "DELETE", key: keyOf(change), condition: unchanged(change) });
    },
  };
}
