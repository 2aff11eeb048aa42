/** First answers by idempotency key. They are written by the transaction that writes the resource: owned-items.ts. */
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { idempotencyKey } from "../../naming/table-keys";
import { idempotencyRecordSchema, type IdempotencyRecord } from "../../domain/schemas/items";
import { readItem } from "./item-codec";
import type { Table } from "./table";

/** Which request it is: what makes two requests "the same". */
export interface IdempotencyClaim {
  readonly sub: string;
  readonly route: string;
  readonly key: string;
  /** SHA-256 of route, query, content type and body. */
  readonly requestHash: string;
}

/** What the transaction writes beside the resource. */
export interface IdempotencyWrite {
  readonly claim: IdempotencyClaim;
  readonly record: IdempotencyRecord;
}

export interface IdempotencyRecords {
  /** The record of a key, unless it has expired (time-to-live deletes late). */
  find(claim: Pick<IdempotencyClaim, "sub" | "route" | "key">): Promise<IdempotencyRecord | undefined>;
}

export function createIdempotencyRecords({ client, tableName }: Table, now = Date.now): IdempotencyRecords {
  return {
    find: async ({ sub, route, key }) => {
      const Key = idempotencyKey(sub, route, key);
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
      if (Item === undefined) return undefined;
      const record = readItem(idempotencyRecordSchema, Item);
      return record.expiresAt * 1000 > now() ? record : undefined;
    },
  };
}
