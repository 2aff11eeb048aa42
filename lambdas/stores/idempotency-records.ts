/**
 * The first responses of requests, by idempotency key. The transaction that writes the resource writes them, too:
 * owned-rows.ts.
 */
import { idempotencyKey } from "../../naming/table-keys";
import { anyOf, atMost, rowIsAbsent } from "./conditions";
import { readItem, writeItem } from "./item-codec";
import { type IdempotencyRecord, idempotencyRecordSchema } from "./items";
import { type Repeated, type Stale, stale } from "./outcome";
import type { Table } from "./table";
import type { TransactionPart } from "./transaction";

/** The identity of a request: two requests are the same if all of these fields are equal. */
export interface IdempotencyClaim {
  readonly sub: string;
  readonly route: string;
  readonly key: string;
  /** SHA-256 of route, query, content type and body. */
  readonly requestHash: string;
}

/** The record that the transaction writes beside the resource. */
export interface IdempotencyWrite {
  readonly claim: IdempotencyClaim;
  readonly record: IdempotencyRecord;
}

/** Returns the record that is written beside a new item; undefined when its request may be repeated freely. */
export type IdempotencyOf<Item> = (item: Item) => IdempotencyWrite | undefined;

export interface IdempotencyRecords {
  /** Returns the record of a key, unless it has expired (time-to-live deletes late). */
  find(claim: Pick<IdempotencyClaim, "sub" | "route" | "key">): Promise<IdempotencyRecord | undefined>;
}

interface IdempotencyParams {
  readonly table: Pick<Table, "read">;
  readonly now: () => Date;
}

export function createIdempotencyRecords({ table, now }: IdempotencyParams): IdempotencyRecords {
  return {
    find: async ({ sub, route, key }) => {
      const row = await table.read(idempotencyKey(sub, route, key));
      if (row === undefined) return undefined;
      const record = readItem(idempotencyRecordSchema, row);
      return record.expiresAt * 1000 > now().getTime() ? record : undefined;
    },
  };
}

const keyOf = ({ sub, route, key }: IdempotencyClaim) => idempotencyKey(sub, route, key);

/**
 * The condition that a request has no first response yet. An expired record counts as none, even while time-to-live has
 * not deleted it.
 */
const notRespondedYet = (now: Date) => anyOf(rowIsAbsent, atMost("expiresAt", Math.floor(now.getTime() / 1000)));

const refused = (params: IdempotencyParams, claim: IdempotencyClaim) => async (): Promise<Repeated | Stale> => {
  const record = await createIdempotencyRecords(params).find(claim);
  return record === undefined ? stale : { kind: "REPEATED", record };
};

/**
 * Returns the part of a transaction that writes a request's record. It is refused when the request already has its
 * first response.
 */
export const putRecord = (
  params: IdempotencyParams,
  { claim, record }: IdempotencyWrite,
): TransactionPart<Repeated | Stale> => ({
  write: {
    kind: "PUT",
    key: keyOf(claim),
    row: writeItem(idempotencyRecordSchema, keyOf(claim), record),
    condition: notRespondedYet(params.now()),
  },
  refused: refused(params, claim),
});

/** Returns the part of a transaction that is refused when the request already has its first response. */
export const checkRecord = (params: IdempotencyParams, claim: IdempotencyClaim): TransactionPart<Repeated | Stale> => ({
  write: { kind: "CHECK", key: keyOf(claim), condition: notRespondedYet(params.now()) },
  refused: refused(params, claim),
});
