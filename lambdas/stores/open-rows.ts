/**
 * The common part of the stores of compositions and training jobs: the rows that are not final, which are open work. The
 * sparse index OpenWork lists them. It follows the table within moments, so load a row before acting on it.
 */
import * as z from "zod";
import { type Failure, failureSchema } from "../../domain/schemas/failure";
import { ulidSchema } from "../../domain/schemas/ids";
import type { OwnedBy } from "../../naming/object-keys";
import { openWorkIndex, type OpenWorkKind, openWorkOwner, ownedKey } from "../../naming/table-keys";
import { allOf, type Condition, equals, present } from "./conditions";
import { readItem } from "./item-codec";
import { doneWith, isDone, type Outcome, type Stale, stale } from "./outcome";
import type { Row, Table, Write } from "./table";

/** The open rows of one kind. {@link endUnread} and {@link noteFailedRepair} work on rows that cannot be parsed, too. */
export interface OpenRows<Item, FinalState> {
  /** Yields the owner and id of every open row, oldest first within a user. */
  listOpen(): AsyncIterable<OwnedBy>;
  /**
   * Returns one user's open rows. They are few, because quotas limit them. One that was created a moment ago may be
   * missing.
   */
  openOf(sub: string): Promise<readonly Item[]>;
  /** Returns true if the row exists and is open. It asks the table itself, and reads nothing else of the row. */
  isOpen(owned: OwnedBy): Promise<boolean>;
  /**
   * Notes that a repair has failed. The value is the instant since which repairs of the row have failed; stale when the
   * row is not open.
   */
  noteFailedRepair(owned: OwnedBy): Promise<Outcome<Date, Stale>>;
  /**
   * Ends the row, whatever else it contains, and gives the user's quotas back. It is for rows that cannot be repaired in
   * any other way. The value is the row's final state; stale when the row was not open, or had another attempt.
   */
  endUnread(owned: OwnedBy, end: UnreadEnd): Promise<Outcome<FinalState, Stale>>;
}

export interface UnreadEnd {
  /** The failure that its owner is told if the row becomes FAILED. */
  readonly failure: Failure;
  /** The only attempt in which the row is ended. */
  readonly attempt?: number | undefined;
}

/** What the end of a row depends on and changes, beside what every end does. */
export interface EndOpenRowParams<FinalState> extends UnreadEnd {
  readonly state: FinalState;
  /** Attributes to write; `undefined` leaves an attribute as it is. */
  readonly set?: Readonly<Record<string, unknown>>;
  /** Conditions besides that the row is open. */
  readonly conditions?: readonly Condition[];
  /** Writes the end of the row, together with what its owner's quotas get back. */
  readonly commit: (end: Write) => Promise<Outcome<undefined, Stale>>;
}

export interface OpenRowsParams<Schema extends z.ZodType> {
  readonly table: Table;
  readonly kind: OpenWorkKind;
  readonly schema: Schema;
  readonly now: () => Date;
}

const entrySchema = z.object({ sub: z.string(), id: ulidSchema });
const failedRepairSchema = z.object({ repairFailedSince: z.string().transform((instant) => new Date(instant)) });
/** The attributes that only an open row has. Every write that ends a row removes them. */
export const openRowAttributes: readonly string[] = [
  openWorkIndex.partitionKey,
  openWorkIndex.sortKey,
  "repairFailedSince",
];
const isOpenRow = present(openWorkIndex.partitionKey);

/** Returns what both stores have in common, and the two operations from which each makes its own `endUnread`. */
export function createOpenRows<Schema extends z.ZodType, FinalState extends string>({
  table,
  kind,
  schema,
  now,
}: OpenRowsParams<Schema>) {
  const keyOf = ({ sub, id }: OwnedBy) => ownedKey(kind, sub, id);

  /** Reads single attributes of a row, as they are stored. */
  const readOnly = async (owned: OwnedBy, attributes: readonly string[]): Promise<Row> =>
    (await table.read(keyOf(owned), attributes)) ?? {};

  /** Ends a row that is still open. */
  const endOpenRow = async (
    owned: OwnedBy,
    params: EndOpenRowParams<FinalState>,
  ): Promise<Outcome<FinalState, Stale>> => {
    const { state, failure, attempt, set = {}, conditions = [], commit } = params;
    const instant = now();
    const changes = {
      set: {
        ...set,
        state,
        updatedAt: instant.toISOString(),
        // The new version differs from the row's, whatever that is, so that clients that poll the row see that it has
        // ended.
        version: Math.ceil(instant.getTime() / 1000),
        ...(state === "FAILED" ? { failure: failureSchema.parse(failure) } : {}),
      },
      remove: openRowAttributes,
    };
    const condition = allOf(isOpenRow, ...conditions, ...(attempt === undefined ? [] : [equals("attempt", attempt)]));
    const outcome = await commit({ kind: "UPDATE", key: keyOf(owned), changes, condition });
    return isDone(outcome) ? doneWith(state) : outcome;
  };

  const rows: Omit<OpenRows<z.output<Schema>, FinalState>, "endUnread"> = {
    async *listOpen() {
      for await (const row of table.all({ index: "OpenWork", partition: kind })) yield entrySchema.parse(row);
    },

    async openOf(sub) {
      const found: z.output<Schema>[] = [];
      const query = { index: "OpenWork", partition: kind, prefix: openWorkOwner(sub, "") } as const;
      for await (const row of table.all(query)) found.push(readItem(schema, row));
      return found;
    },

    async isOpen(owned) {
      const row = await readOnly(owned, [openWorkIndex.partitionKey]);
      return row[openWorkIndex.partitionKey] !== undefined;
    },

    async noteFailedRepair(owned) {
      // The row's version stays as it is, because for its owner nothing has changed.
      const changes = { setOnce: { repairFailedSince: now().toISOString() } };
      const result = await table.write([{ kind: "UPDATE", key: keyOf(owned), changes, condition: isOpenRow }]);
      return result.kind === "REFUSED" ? stale : doneWith(failedRepairSchema.parse(result.row).repairFailedSince);
    },
  };

  return { rows, readOnly, endOpenRow };
}
