/**
 * Changes of resources that have files: each has an item from its first write to its last, so that whatever is cut off
 * in between is found and finished. The order of the writes stands in docs/adr/0020-rows-before-files.md.
 */
import { DeleteCommand, GetCommand } from "@aws-sdk/lib-dynamodb";
import {
  openWorkOwner,
  ownedKey,
  pendingChangeKey,
  pendingChangeMark,
  type OwnedKind,
} from "../../naming/table-keys";
import { pendingChangeItemSchema, type PendingChangeItem } from "../../domain/schemas/items";
import type { QuotaAmounts } from "../../domain/schemas/user-caps";
import { openWorkPartition } from "./open-work-partition";
import { transactUnlessRefused, unlessRefused } from "./conditional-write";
import { readItem, writeItem } from "./item-codec";
import { moveQuota } from "./quotas";
import type { Table } from "./table";
import type { TransactionOperation } from "./transaction";

export interface PendingChanges {
  /** All of them, from the index (eventually consistent: every change of one asks whether it is still as it was). */
  list(): AsyncIterable<PendingChangeItem>;
  /** Whether it is still as it was read: consistent. */
  isCurrent(change: PendingChangeItem): Promise<boolean>;
  /**
   * Gives up a creation: gives its quota back and turns it into a deletion of whatever files it left.
   * @returns the deletion, or nothing when the creation is not pending any more
   */
  abandon(change: PendingChangeItem, now: Date): Promise<PendingChangeItem | undefined>;
  /** Forgets a change that is done. @returns false when it has become another one */
  remove(change: PendingChangeItem): Promise<boolean>;
}

export interface NewPendingChange {
  readonly of: OwnedKind;
  readonly sub: string;
  readonly id: string;
  readonly state: PendingChangeItem["state"];
  readonly now: Date;
  readonly holds?: QuotaAmounts;
}

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
export const pendingChangeItem = (change: PendingChangeItem): Record<string, unknown> =>
  writeItem(pendingChangeItemSchema, keyOf(change), change);

/** That the change is still the one that was read or written. */
const unchanged = ({ state, since }: PendingChangeItem) => ({
  ConditionExpression: "#state = :state AND #since = :since",
  ExpressionAttributeNames: { "#state": "state", "#since": "since" },
  ExpressionAttributeValues: { ":state": state, ":since": since },
});

/** The part of the transaction that writes the row: the creation is done. Fails when it was given up meanwhile. */
export const endOfCreation = (TableName: string, change: PendingChangeItem): TransactionOperation => ({
  Delete: { TableName, Key: keyOf(change), ...unchanged(change) },
});

export function createPendingChanges(table: Table): PendingChanges {
  const { client, tableName } = table;
  return {
    async *list() {
      for await (const item of openWorkPartition(table, pendingChangeMark))
        yield readItem(pendingChangeItemSchema, item);
    },

    async isCurrent(change) {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: keyOf(change), ConsistentRead: true }),
      );
      if (Item === undefined) return false;
      const { state, since } = readItem(pendingChangeItemSchema, Item);
      return state === change.state && since === change.since;
    },

    async abandon(change, now) {
      const deletion = pendingChange({ ...change, state: "DELETING", now, holds: {} });
      const written = await transactUnlessRefused(table, [
        { Put: { TableName: tableName, Item: pendingChangeItem(deletion), ...unchanged(change) } },
        // A resource that has its row is not given up, whatever is pending.
        {
          ConditionCheck: {
            TableName: tableName,
            Key: ownedKey(change.of, change.sub, change.id),
            ConditionExpression: "attribute_not_exists(pk)",
          },
        },
        ...moveQuota(tableName, change.sub, { lower: change.holds }),
      ]);
      return written ? deletion : undefined;
    },

    async remove(change) {
      const answer = await unlessRefused(
        async () =>
          await client.send(new DeleteCommand({ TableName: tableName, Key: keyOf(change), ...unchanged(change) })),
      );
      return answer !== undefined;
    },
  };
}
