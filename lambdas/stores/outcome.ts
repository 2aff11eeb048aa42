/** What can come of a read or a write besides success. Unexpected faults of DynamoDB pass through as they are. */
import type { TableKey } from "../../naming/table-keys";
import type { IdempotencyRecord } from "../../domain/schemas/items";
import type { QuotaCounter } from "../../domain/schemas/user-caps";

/** The table said no, and nothing was written. After any other error it is not known what was. */
export abstract class TableRefusal extends Error {}

/** There is no such item in this partition. */
export class ItemNotFound extends TableRefusal {
  override readonly name = "ItemNotFound";
  constructor(
    readonly kind: string,
    readonly id: string,
  ) {
    super(`there is no ${kind} ${id}`);
  }
}

/** The item changed, or went, between the read and the write. */
export class StaleItem extends TableRefusal {
  override readonly name = "StaleItem";
  constructor(readonly key: TableKey) {
    super("the item changed at the same time");
  }
}

/** A new resource would exceed one of the user's caps. */
export class CapReached extends TableRefusal {
  override readonly name = "CapReached";
  constructor(
    readonly counter: QuotaCounter,
    readonly cap: number,
  ) {
    super(`the cap of ${cap} ${counter} is reached`);
  }
}

/** Something that the new resource refers to has been deleted since it was read. */
export class ReferenceGone extends TableRefusal {
  override readonly name = "ReferenceGone";
  constructor(readonly key: TableKey) {
    super("a referenced item is gone");
  }
}

/** Another request with this idempotency key was first; this is what it was answered. */
export class AlreadyAnswered extends TableRefusal {
  override readonly name = "AlreadyAnswered";
  constructor(readonly record: IdempotencyRecord) {
    super("a request with this idempotency key has been answered");
  }
}

/** Other transactions kept changing the same items for as long as it was worth waiting. */
export class TableBusy extends TableRefusal {
  override readonly name = "TableBusy";
}
