/** Sends several writes of one store method together, each with what it means if it is refused. */
import { setTimeout as wait } from "node:timers/promises";
import type * as z from "zod";
import { readItem } from "./item-codec";
import { type Done, done, doneWith, type NotDone, type Outcome, type Stale, stale } from "./outcome";
import { type Row, type Table, TableBusy, type Write } from "./table";

/** One write of a transaction. */
export interface TransactionPart<Reason extends NotDone> {
  readonly write: Write;
  /**
   * Returns the reason why the part's condition did not hold; without this function it is {@link Stale}. If several
   * conditions did not hold, the first of these parts is asked, so put the one with the clearest reason first.
   * Undefined means that the condition would hold by now, and the transaction is tried again.
   * @param row - the row as it was when the condition was checked, if the table returns it
   */
  readonly refused?: (row: Row | undefined) => Reason | undefined | Promise<Reason | undefined>;
}

const maxTries = 6;

/**
 * Writes all parts or none of them.
 * @throws TableBusy when other transactions, or conditions that held a moment later, did not let it through
 */
export async function transact<Reason extends NotDone>(
  table: Pick<Table, "write">,
  parts: readonly TransactionPart<Reason>[],
): Promise<Done | Stale | Reason> {
  for (let tries = 1; ; tries += 1) {
    const result = await table.write(parts.map(({ write }) => write));
    if (result.kind === "WRITTEN") return done;
    const refused = parts[result.index]?.refused;
    const reason = refused === undefined ? stale : await refused(result.row);
    if (reason !== undefined) return reason;
    if (tries === maxTries) throw new TableBusy("a condition kept failing that held a moment later");
    await wait(Math.random() * 20 * 2 ** tries);
  }
}

/**
 * Sends one write. If it is refused, the row is not in the state that the write requires, and the outcome is stale.
 * @throws TableBusy when other transactions kept changing the same row
 */
export async function writeRow(table: Pick<Table, "write">, write: Write): Promise<Outcome<undefined, Stale>> {
  const result = await table.write([write]);
  return result.kind === "WRITTEN" ? done : stale;
}

/**
 * Sends one update, as {@link writeRow} does. The value is the row as it is afterwards.
 * @throws TableBusy when other transactions kept changing the same row
 * @throws UnreadableItem when the row does not fit the schema
 */
export async function changeRow<Schema extends z.ZodType>(
  table: Pick<Table, "write">,
  schema: Schema,
  update: Omit<Extract<Write, { readonly kind: "UPDATE" }>, "kind">,
): Promise<Outcome<z.output<Schema>, Stale>> {
  const result = await table.write([{ kind: "UPDATE", ...update }]);
  return result.kind === "REFUSED" ? stale : doneWith(readItem(schema, result.row));
}
