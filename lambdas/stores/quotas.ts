/** Builds the parts of a transaction that change a user's quota counters. */
import {
  type QuotaAmounts,
  type QuotaCounter,
  quotaCounterSchema,
  type UserQuotas,
} from "../../domain/schemas/user-quotas";
import { quotaKey } from "../../naming/table-keys";
import { absent, allOf, anyOf, atMost } from "./conditions";
import type { QuotaReached } from "./outcome";
import type { Row, Table } from "./table";
import type { TransactionPart } from "./transaction";

/** Returns what a row of counters says that its user has. A user who never had anything has no row. */
function usedIn(row: Row | undefined): UserQuotas {
  const used = (counter: QuotaCounter): number => Number(row?.[counter] ?? 0);
  return {
    openCompositions: used("openCompositions"),
    openTrainingJobs: used("openTrainingJobs"),
    tracks: used("tracks"),
    compositions: used("compositions"),
    models: used("models"),
    trainingJobs: used("trainingJobs"),
    storedBytes: used("storedBytes"),
    datasets: used("datasets"),
  };
}

export interface QuotaCounters {
  /** Returns the amounts that a user has, which {@link takeQuota} compares with the quotas. */
  usedBy(sub: string): Promise<UserQuotas>;
}

export const createQuotaCounters = (table: Pick<Table, "read">): QuotaCounters => ({
  usedBy: async (sub) => usedIn(await table.read(quotaKey(sub))),
});

/** Returns the counters that the amounts name. */
const countersOf = (amounts: QuotaAmounts): readonly QuotaCounter[] =>
  quotaCounterSchema.options.filter((counter) => amounts[counter] !== undefined);

export interface QuotaMovement {
  readonly increment?: QuotaAmounts;
  readonly decrement?: QuotaAmounts;
}

/**
 * Returns the part of a transaction that changes counters without checking a quota. There is none when nothing is to be
 * changed.
 */
export function moveQuota(
  sub: string,
  { increment = {}, decrement = {} }: QuotaMovement,
): readonly TransactionPart<never>[] {
  const sums = quotaCounterSchema.options.flatMap((counter) => {
    const amount = (increment[counter] ?? 0) - (decrement[counter] ?? 0);
    return amount === 0 ? [] : [[counter, amount] as const];
  });
  if (sums.length === 0) return [];
  return [{ write: { kind: "UPDATE", key: quotaKey(sub), changes: { add: Object.fromEntries(sums) } } }];
}

export interface TakeQuotaParams {
  readonly table: Pick<Table, "read">;
  readonly sub: string;
  /** An amount of 0 asks for room without taking any. */
  readonly amounts: QuotaAmounts;
  readonly quotas: UserQuotas;
}

/**
 * Returns the part of a transaction that increments counters, each within its quota. It is refused when one of them has
 * no room.
 */
export function takeQuota({ table, sub, amounts, quotas }: TakeQuotaParams): readonly TransactionPart<QuotaReached>[] {
  const counters = countersOf(amounts);
  if (counters.length === 0) return [];
  const key = quotaKey(sub);
  /**
   * Returns the highest value that a counter may have before the write. It is negative when the amount alone exceeds
   * the quota.
   */
  const maxBefore = (counter: QuotaCounter): number => quotas[counter] - Math.max(1, amounts[counter] ?? 0);
  const reached = (row: Row | undefined): QuotaReached | undefined => {
    const used = usedIn(row);
    const counter = counters.find((name) => used[name] > maxBefore(name));
    return counter === undefined ? undefined : { kind: "QUOTA_REACHED", counter, quota: quotas[counter] };
  };
  const hasRoom = counters.map((counter) => {
    const max = maxBefore(counter);
    return max < 0 ? atMost(counter, max) : anyOf(absent(counter), atMost(counter, max));
  });
  return [
    {
      write: {
        kind: "UPDATE",
        key,
        changes: { add: Object.fromEntries(counters.map((counter) => [counter, amounts[counter] ?? 0])) },
        condition: allOf(...hasRoom),
      },
      refused: async (row) => reached(row ?? (await table.read(key))),
    },
  ];
}
