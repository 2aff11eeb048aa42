/** The store of erasures. A request begins one, the function that erases notes its looks, and everyone asks for it. */
import { isFinalErasureState } from "../../domain/states/erasure-state";
import { erasureKey, erasureMark, openWorkOwner } from "../../naming/table-keys";
import { anyOf, equals, rowIsAbsent } from "./conditions";
import { readItem, writeItem } from "./item-codec";
import { type ErasureItem, erasureItemSchema } from "./items";
import { openRowAttributes } from "./open-rows";
import type { Outcome, Stale } from "./outcome";
import { nextVersion } from "./owned-rows";
import type { Table } from "./table";
import { changeRow } from "./transaction";

/** What a look of an erasure found. */
export type ErasureLook = Pick<ErasureItem, "left" | "emptySince" | "watchedUntil" | "proof"> & {
  readonly state: ErasureItem["state"];
};

export interface Erasures {
  get(sub: string): Promise<ErasureItem | undefined>;
  /** Begins an erasure with this id, unless one is under way. Returns the one that is under way now. */
  begin(sub: string, id: string): Promise<ErasureItem>;
  /** Yields the erasures that have not ended, from the index, which follows the table within moments. */
  listOpen(): AsyncIterable<ErasureItem>;
  /** Notes a look; stale when another look was noted since the erasure was read. */
  note(erasure: ErasureItem, look: ErasureLook): Promise<Outcome<ErasureItem, Stale>>;
}

/** Days for which the erasure stays after its end, with the proof in it. */
const proofDays = 90;

export const isUnderWay = (erasure: ErasureItem | undefined): erasure is ErasureItem =>
  erasure !== undefined && !isFinalErasureState(erasure.state);

export function createErasures({
  table,
  now,
}: {
  readonly table: Pick<Table, "read" | "write" | "all">;
  readonly now: () => Date;
}): Erasures {
  const get: Erasures["get"] = async (sub) => {
    const row = await table.read(erasureKey(sub));
    if (row === undefined) return undefined;
    const erasure = readItem(erasureItemSchema, row);
    // Time-to-live deletes late.
    return erasure.expiresAt === undefined || erasure.expiresAt * 1000 > now().getTime() ? erasure : undefined;
  };

  return {
    get,

    begin: async (sub, id) => {
      const key = erasureKey(sub);
      const createdAt = now().toISOString();
      const erasure: ErasureItem = {
        schemaVersion: 1,
        kind: "ERASURE",
        sub,
        id,
        version: 1,
        state: "PENDING",
        createdAt,
        updatedAt: createdAt,
        openWork: erasureMark,
        openWorkOwner: openWorkOwner(sub, id),
      };
      const result = await table.write([
        {
          kind: "PUT",
          key,
          row: writeItem(erasureItemSchema, key, erasure),
          condition: anyOf(rowIsAbsent, equals("state", "ERASED")),
        },
      ]);
      if (result.kind === "WRITTEN") return erasure;
      const present = result.row === undefined ? await get(sub) : readItem(erasureItemSchema, result.row);
      if (present === undefined) throw new Error("an erasure was refused although none is under way");
      return present;
    },

    async *listOpen() {
      for await (const row of table.all({ index: "OpenWork", partition: erasureMark })) {
        yield readItem(erasureItemSchema, row);
      }
    },

    note: async (erasure, { state, left, emptySince, watchedUntil, proof }) => {
      const instant = now();
      const isEnd = isFinalErasureState(state);
      const expiresAt = Math.ceil(instant.getTime() / 1000) + proofDays * 86_400;
      const { set, add } = nextVersion(instant, {
        state,
        left,
        emptySince,
        watchedUntil,
        proof,
        ...(isEnd ? { expiresAt } : {}),
      });
      const remove = [
        ...(emptySince === undefined ? ["emptySince"] : []),
        ...(watchedUntil === undefined ? ["watchedUntil"] : []),
        ...(isEnd ? openRowAttributes : []),
      ];
      return await changeRow(table, erasureItemSchema, {
        key: erasureKey(erasure.sub),
        changes: { set, add, remove },
        condition: equals("version", erasure.version),
      });
    },
  };
}
