/** The parts of a transaction that move a user's counters. */
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { quotaKey } from "../../naming/table-keys";
import {
  quotaCounterSchema,
  type QuotaAmounts,
  type QuotaCounter,
  type UserCaps,
} from "../../domain/schemas/user-caps";
import { CapReached } from "./outcome";
import type { Table } from "./table";
import type { ItemAtCheck, TransactionOperation, TransactionPart } from "./transaction";

interface Movement {
  readonly counter: QuotaCounter;
  readonly by: number;
}

const movementsOf = (amounts: QuotaAmounts, sign: 1 | -1): readonly Movement[] =>
  quotaCounterSchema.options.flatMap((counter) => {
    const amount = amounts[counter];
    return amount === undefined ? [] : [{ counter, by: sign * amount }];
  });

/** The update that moves counters without asking for a cap; nothing when there is nothing to move. */
export function moveQuota(
  TableName: string,
  sub: string,
  { raise = {}, lower = {} }: { readonly raise?: QuotaAmounts; readonly lower?: QuotaAmounts },
): readonly TransactionOperation[] {
  const sums = new Map<QuotaCounter, number>();
  for (const { counter, by } of [...movementsOf(raise, 1), ...movementsOf(lower, -1)]) {
    sums.set(counter, (sums.get(counter) ?? 0) + by);
  }
  const moved = [...sums].filter(([, by]) => by !== 0);
  if (moved.length === 0) return [];
  return [
    {
      Update: {
        TableName,
        Key: quotaKey(sub),
        UpdateExpression: `ADD ${moved.map((_, index) => `#c${index} :by${index}`).join(", ")}`,
        ExpressionAttributeNames: Object.fromEntries(moved.map(([counter], index) => [`#c${index}`, counter])),
        ExpressionAttributeValues: Object.fromEntries(moved.map(([, by], index) => [`:by${index}`, by])),
      },
    },
  ];
}

/** {@link moveQuota} as a part that cannot fail by itself. */
export const quotaPart = (...parameters: Parameters<typeof moveQuota>): readonly TransactionPart[] =>
  moveQuota(...parameters).map((operation) => ({
    operation,
    onConditionFailed: () => new Error("an update without a condition failed on one"),
  }));

/** A number as DynamoDB writes it, or as the document client reads it. */
function counted(value: unknown): number {
  if (typeof value === "object" && value !== null && "N" in value) return Number(value.N);
  return Number(value ?? 0);
}

/**
 * Raises counters, each under its cap. An amount of 0 asks for room without taking any.
 * @throws CapReached when one amount alone is over its cap
 */
export function raiseQuota(table: Table, sub: string, raise: QuotaAmounts, caps: UserCaps): readonly TransactionPart[] {
  const moved = movementsOf(raise, 1);
  if (moved.length === 0) return [];
  const mostBefore = ({ counter, by }: Movement): number => caps[counter] - Math.max(1, by);
  const impossible = moved.find((movement) => mostBefore(movement) < 0);
  if (impossible !== undefined) throw new CapReached(impossible.counter, caps[impossible.counter]);
  const key = quotaKey(sub);
  const full = (item: ItemAtCheck): CapReached | undefined => {
    const found = moved.find((movement) => counted(item[movement.counter]) > mostBefore(movement));
    return found === undefined ? undefined : new CapReached(found.counter, caps[found.counter]);
  };
  return [
    {
      operation: {
        Update: {
          TableName: table.tableName,
          Key: key,
          UpdateExpression: `ADD ${moved.map((_, index) => `#c${index} :by${index}`).join(", ")}`,
          ConditionExpression: moved
            .map((_, index) => `(attribute_not_exists(#c${index}) OR #c${index} <= :most${index})`)
            .join(" AND "),
          ExpressionAttributeNames: Object.fromEntries(moved.map(({ counter }, index) => [`#c${index}`, counter])),
          ExpressionAttributeValues: {
            ...Object.fromEntries(moved.map(({ by }, index) => [`:by${index}`, by])),
            ...Object.fromEntries(moved.map((movement, index) => [`:most${index}`, mostBefore(movement)])),
          },
          // What was counted when the answer was no. A later read would meet other numbers, and name another cap.
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      },
      onConditionFailed: async (item) => {
        if (item !== undefined) return full(item);
        const { Item = {} } = await table.client.send(
          new GetCommand({ TableName: table.tableName, Key: key, ConsistentRead: true }),
        );
        return full(Item);
      },
    },
  ];
}
