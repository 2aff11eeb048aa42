/** The outcomes of a write of a store. Unexpected faults of DynamoDB are thrown as they are. */
import type { QuotaCounter } from "../../domain/schemas/user-quotas";
import type { TableKey } from "../../naming/table-keys";
import type { IdempotencyRecord } from "./items";

export interface Done<Value = undefined> {
  readonly kind: "DONE";
  readonly value: Value;
}

/** The row was changed or deleted between the read and the write, or its state does not allow the write. */
export interface Stale {
  readonly kind: "STALE";
}

/** A new resource would exceed one of its owner's quotas. */
export interface QuotaReached {
  readonly kind: "QUOTA_REACHED";
  readonly counter: QuotaCounter;
  readonly quota: number;
}

/** A row to which the new resource refers has been deleted since it was read. */
export interface ReferenceGone {
  readonly kind: "REFERENCE_GONE";
  readonly key: TableKey;
}

/** Another request with the same idempotency key came first; the record contains its response. */
export interface Repeated {
  readonly kind: "REPEATED";
  readonly record: IdempotencyRecord;
}

/** The table refused the write, and nothing was written. */
export type NotDone = Stale | QuotaReached | ReferenceGone | Repeated;

/** A write was done, or refused for one of the reasons that the store's method names. */
export type Outcome<Value, Reason extends NotDone> = Done<Value> | Reason;

export const done: Done = { kind: "DONE", value: undefined };
export const doneWith = <Value>(value: Value): Done<Value> => ({ kind: "DONE", value });
export const stale: Stale = { kind: "STALE" };

export const isDone = <Value, Reason extends NotDone>(outcome: Outcome<Value, Reason>): outcome is Done<Value> =>
  outcome.kind === "DONE";
