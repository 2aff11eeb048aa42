/**
 * The place of compositions in their owner's quota of unfinished ones. The variations of one request share one place,
 * which is freed with the write that ends the last of them: docs/adr/0051-variations-share-a-place.md.
 */
import type { OwnedBy } from "../../naming/object-keys";
import { timeToLiveAttribute, variationGroupKey } from "../../naming/table-keys";
import { absent, anyOf, atMost, moreThan } from "./conditions";
import { type CompositionItem, variationGroupItemSchema } from "./items";
import { done, type Outcome, type Stale, stale } from "./outcome";
import { newRow } from "./owned-rows";
import { moveQuota } from "./quotas";
import type { Table, Write } from "./table";
import { transact } from "./transaction";

/** The amount of the quota that a composition holds until it ends, or that variations hold together. */
export const openPlace = { openCompositions: 1 } as const;

/** A composition that belongs to a group. */
export type Variation = CompositionItem & { readonly variationGroup: string };

/** Returns the write of the row of a new group, which has the place of these variations. */
export function newGroup(variations: readonly [Variation, ...Variation[]]): Write {
  const [{ sub, variationGroup, createdAt }] = variations;
  if (variations.some((one) => one.sub !== sub || one.variationGroup !== variationGroup)) {
    throw new Error("variations of one request belong to one user and one group");
  }
  return newRow(variationGroupItemSchema, variationGroupKey(sub, variationGroup), {
    schemaVersion: 1,
    kind: "VARIATION_GROUP",
    sub,
    id: variationGroup,
    createdAt,
    open: variations.length,
  });
}

/** Seconds for which the row of a group stays whose variations have all ended. Nobody needs it; an operator may look. */
const groupKeptForSeconds = 24 * 3600;

export interface EndInQuotaParams {
  readonly table: Pick<Table, "write">;
  readonly sub: OwnedBy["sub"];
  /** The group of variations to which the row belongs; undefined for one that was asked for alone. */
  readonly group: string | undefined;
  /** The write that ends the row. Its condition holds only once. */
  readonly end: Write;
  readonly now: Date;
}

/**
 * Ends a composition, and frees its place in the quota with the same transaction, unless other variations still need it.
 * Stale when the row's write is refused; then nothing is written.
 */
export async function endInQuota(params: EndInQuotaParams): Promise<Outcome<undefined, Stale>> {
  const { table, sub, group, end, now } = params;
  const freed = moveQuota(sub, { decrement: openPlace });
  if (group === undefined) return await transact(table, [{ write: end }, ...freed]);
  const key = variationGroupKey(sub, group);
  const beforeOthers = await table.write([
    end,
    { kind: "UPDATE", key, changes: { add: { open: -1 } }, condition: moreThan("open", 1) },
  ]);
  if (beforeOthers.kind === "WRITTEN") return done;
  if (beforeOthers.index === 0) return stale;
  // All others have ended, and each ends once: nobody but this row can change the group any more. A group whose row is
  // not there, which is no state of ours, must not keep the piece from ending. Time-to-live deletes the row, so that the
  // worker, which only changes rows, needs no right to delete any.
  const ended = { open: 0, [timeToLiveAttribute]: Math.floor(now.getTime() / 1000) + groupKeptForSeconds };
  return await transact(table, [
    { write: end },
    { write: { kind: "UPDATE", key, changes: { set: ended }, condition: anyOf(absent("open"), atMost("open", 1)) } },
    ...freed,
  ]);
}
