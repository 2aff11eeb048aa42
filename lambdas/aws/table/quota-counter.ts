import { quotaKey } from "../../../domain/names/table-keys";
import type { QuotaCounter } from "../../../domain/schemas/user-caps";

/** The part of a transaction that moves one of a user's counters, without asking for its cap. */
export function countQuota(TableName: string, sub: string, counter: QuotaCounter, by: 1 | -1) {
  return {
    Update: {
      TableName,
      Key: quotaKey(sub),
      UpdateExpression: "ADD #counter :by",
      ExpressionAttributeNames: { "#counter": counter },
      ExpressionAttributeValues: { ":by": by },
    },
  };
}
