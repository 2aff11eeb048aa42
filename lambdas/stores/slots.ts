/** The training slots. Each is an item that is acquired by a conditional write, so that no counter can drift. */
import { slotKey, slotOrderKey, slotsPartition, sortKey } from "../../naming/table-keys";
import { absent, allOf, anyOf, equals, rowIsAbsent } from "./conditions";
import { readItem, writeItem } from "./item-codec";
import { slotItemSchema, type SlotOrderItem, slotOrderItemSchema } from "./items";
import { doneWith, isDone, type Outcome, type Stale, stale } from "./outcome";
import { type Table, TableBusy } from "./table";
import { transact, writeRow } from "./transaction";

/** The training job that holds a slot or waits for one. */
export interface SlotHolder {
  readonly sub: string;
  readonly jobId: string;
}

/** A slot that a job holds. A slot without an item, or without a holder, is free. */
export interface HeldSlot {
  readonly index: number;
  readonly holder: SlotHolder;
  /** Epoch milliseconds. */
  readonly leasedUntil: number;
}

/**
 * The order of the users' latest turns as it was read. A decision that is based on it is valid only as long as nobody
 * else has acquired a slot.
 */
export interface SlotOrder {
  readonly version: number;
  /** The users by their latest turn, the latest first. */
  readonly turns: readonly string[];
}

export interface AcquireSlotParams {
  readonly index: number;
  readonly holder: SlotHolder;
  readonly leasedUntil: number;
  /** The order on which the decision is based. It was read before tickets and slots. */
  readonly order: SlotOrder;
  /**
   * The slot whose lapsed lease is taken over. The write is refused when its holder has renewed the lease meanwhile.
   */
  readonly reclaimed?: HeldSlot;
}

export interface Slots {
  order(): Promise<SlotOrder>;
  held(): Promise<readonly HeldSlot[]>;
  /** Gives the slot to the holder. Stale when the slot is taken, or anybody has acquired any slot since `order`. */
  acquire(params: AcquireSlotParams): Promise<Outcome<undefined, Stale>>;
  /** Renews the lease of a slot. Stale when the job does not hold the slot any more. */
  renew(params: {
    readonly index: number;
    readonly jobId: string;
    readonly leasedUntil: number;
  }): Promise<Outcome<undefined, Stale>>;
  /**
   * Renews the slot that the job holds, whichever it is. The value is its index; stale when the job holds none.
   * @param slots - the present number of slots: a slot beyond them is not renewed
   */
  renewFor(params: {
    readonly jobId: string;
    readonly leasedUntil: number;
    readonly slots?: number;
  }): Promise<Outcome<number, Stale>>;
  /** Frees all slots of the job: a step that was tried twice at once may have taken two. */
  releaseAllOf(jobId: string): Promise<void>;
  /** Forgets the user's turns. Until the next one, the user waits as if there had been none. */
  forgetTurns(sub: string): Promise<void>;
  /** Frees the slot; stale when the job does not hold it. */
  release(params: { readonly index: number; readonly jobId: string }): Promise<Outcome<undefined, Stale>>;
}

/**
 * The number of users whose latest turn is remembered. A user whose turn was before all of these waits as if there had
 * been none.
 */
const maxTurns = 500;

/** Returns the order after a user's turn. */
export function orderAfter({ version, turns }: SlotOrder, sub: string): { version: number; turns: string[] } {
  return { version: version + 1, turns: [sub, ...turns.filter((other) => other !== sub)].slice(0, maxTurns) };
}

const isHeldBy = (jobId: string) => equals("holder.jobId", jobId);

/** Returns the slot's number, which is part of its sort key: SLOT#{index}. */
const indexOf = (sk: unknown): number => Number(String(sk).slice("SLOT#".length));

/** The number of tries to change the order, which every acquisition of a slot changes. */
const maxTries = 6;

export function createSlots(table: Table): Slots {
  const order: Slots["order"] = async () => {
    const row = await table.read(slotOrderKey);
    if (row === undefined) return { version: 0, turns: [] };
    const { version, turns } = readItem(slotOrderItemSchema, row);
    return { version, turns };
  };
  const held: Slots["held"] = async () => {
    const slots: HeldSlot[] = [];
    for await (const row of table.all({ partition: slotsPartition })) {
      if (row[sortKey] === slotOrderKey.sk) continue;
      const { holder, leasedUntil } = readItem(slotItemSchema, row);
      if (holder !== undefined) slots.push({ index: indexOf(row[sortKey]), holder, leasedUntil });
    }
    return slots;
  };
  const heldBy = async (jobId: string): Promise<readonly HeldSlot[]> =>
    (await held()).filter(({ holder }) => holder.jobId === jobId);
  const renew: Slots["renew"] = async ({ index, jobId, leasedUntil }) =>
    await writeRow(table, {
      kind: "UPDATE",
      key: slotKey(index),
      changes: { set: { leasedUntil } },
      condition: isHeldBy(jobId),
    });
  const release: Slots["release"] = async ({ index, jobId }) =>
    await writeRow(table, {
      kind: "UPDATE",
      key: slotKey(index),
      changes: { set: { leasedUntil: 0 }, remove: ["holder"] },
      condition: isHeldBy(jobId),
    });

  return {
    order,

    held,

    async acquire({ index, holder, leasedUntil, order, reclaimed }) {
      const after: SlotOrderItem = { schemaVersion: 1, kind: "SLOT_ORDER", ...orderAfter(order, holder.sub) };
      return await transact<never>(table, [
        {
          write: {
            kind: "UPDATE",
            key: slotKey(index),
            changes: { set: slotItemSchema.parse({ schemaVersion: 1, kind: "SLOT", holder, leasedUntil }) },
            condition:
              reclaimed === undefined
                ? absent("holder")
                : allOf(isHeldBy(reclaimed.holder.jobId), equals("leasedUntil", reclaimed.leasedUntil)),
          },
        },
        {
          write: {
            kind: "PUT",
            key: slotOrderKey,
            row: writeItem(slotOrderItemSchema, slotOrderKey, after),
            condition: anyOf(rowIsAbsent, equals("version", order.version)),
          },
        },
      ]);
    },

    renew,

    async renewFor({ jobId, leasedUntil, slots = Number.POSITIVE_INFINITY }) {
      const own = (await heldBy(jobId)).find(({ index }) => index < slots);
      if (own === undefined) return stale;
      const outcome = await renew({ index: own.index, jobId, leasedUntil });
      return isDone(outcome) ? doneWith(own.index) : outcome;
    },

    release,

    async forgetTurns(sub) {
      for (let tries = 1; tries <= maxTries; tries += 1) {
        const { version, turns } = await order();
        if (!turns.includes(sub)) return;
        const written = await writeRow(table, {
          kind: "UPDATE",
          key: slotOrderKey,
          changes: { set: { turns: turns.filter((other) => other !== sub) }, add: { version: 1 } },
          condition: equals("version", version),
        });
        if (isDone(written)) return;
      }
      throw new TableBusy("the order of the slots kept changing");
    },

    async releaseAllOf(jobId) {
      for (const { index } of await heldBy(jobId)) await release({ index, jobId });
    },
  };
}
