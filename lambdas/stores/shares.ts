/**
 * The store of shares. A composition's row says that it is shared and until when; the row of the share leads from the
 * digest of the token to the composition. Both are written in one transaction, so a composition has at most one share,
 * and a share that was replaced or revoked leads nowhere.
 */
import type { OwnedBy } from "../../naming/object-keys";
import { ownedKey, shareKey } from "../../naming/table-keys";
import { equals } from "./conditions";
import { readItem, writeItem } from "./item-codec";
import { type CompositionItem, type ShareItem, shareItemSchema } from "./items";
import { doneWith, isDone, type Outcome, type Stale } from "./outcome";
import { nextVersion } from "./owned-rows";
import type { Table } from "./table";
import { transact, type TransactionPart } from "./transaction";

export type CompositionShare = NonNullable<CompositionItem["share"]>;

export interface Shares {
  /**
   * Shares a composition that is still as it was read, and ends the share that it had. The value is the composition as it
   * is afterwards.
   */
  create(item: CompositionItem, share: CompositionShare): Promise<Outcome<CompositionItem, Stale>>;
  /** Ends the share of a composition that is still as it was read. One that is not shared stays as it is. */
  revoke(item: CompositionItem): Promise<Outcome<CompositionItem, Stale>>;
  /** Returns the composition to which the digest of a token leads. Whether it is still shared, its own row says. */
  find(tokenSha256: string): Promise<OwnedBy | undefined>;
}

export function createShares({
  table,
  now,
}: {
  readonly table: Pick<Table, "read" | "write">;
  readonly now: () => Date;
}): Shares {
  const keyOf = ({ sub, id }: OwnedBy) => ownedKey("COMPOSITION", sub, id);
  const endOf = ({ share }: CompositionItem): readonly TransactionPart<never>[] =>
    share === undefined ? [] : [{ write: { kind: "DELETE", key: shareKey(share.tokenSha256) } }];

  return {
    create: async (item, share) => {
      const { set, add } = nextVersion(now());
      const row: ShareItem = {
        schemaVersion: 1,
        kind: "SHARE",
        sub: item.sub,
        compositionId: item.id,
        expiresAt: Math.ceil(Date.parse(share.expiresAt) / 1000),
      };
      const key = shareKey(share.tokenSha256);
      const outcome = await transact(table, [
        {
          write: {
            kind: "UPDATE",
            key: keyOf(item),
            changes: { set: { ...set, share }, add },
            condition: equals("version", item.version),
          },
        },
        { write: { kind: "PUT", key, row: writeItem(shareItemSchema, key, row) } },
        ...endOf(item),
      ]);
      return isDone(outcome) ? doneWith({ ...item, ...set, share, version: item.version + 1 }) : outcome;
    },

    revoke: async (item) => {
      const { share: shared, ...rest } = item;
      if (shared === undefined) return doneWith(item);
      const { set, add } = nextVersion(now());
      const outcome = await transact(table, [
        {
          write: {
            kind: "UPDATE",
            key: keyOf(item),
            changes: { set, add, remove: ["share"] },
            condition: equals("version", item.version),
          },
        },
        ...endOf(item),
      ]);
      return isDone(outcome) ? doneWith({ ...rest, ...set, version: item.version + 1 }) : outcome;
    },

    find: async (tokenSha256) => {
      const row = await table.read(shareKey(tokenSha256));
      if (row === undefined) return undefined;
      const { sub, compositionId } = readItem(shareItemSchema, row);
      return { sub, id: compositionId };
    },
  };
}
