/** Transactions: what each cancellation reason means is said by whoever wrote the operation, conflicts are tried again. */
import { setTimeout as wait } from "node:timers/promises";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { TableBusy } from "./errors";
import type { Table } from "./table";

export type TransactionOperation = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

export interface TransactionPart {
  readonly operation: TransactionOperation;
  /** What a failed condition of this part means; parts are asked in order, so the most telling one comes first. */
  readonly onConditionFailed: () => Error | Promise<Error>;
}

/** Conflicts last for the milliseconds of another transaction. */
const mostTries = 6;
const firstWaitMilliseconds = 20;
const passing = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

/**
 * Writes all parts or none.
 * @throws what `onConditionFailed` of the first failed part gives; TableBusy when conflicts did not end
 */
export async function transact({ client }: Table, parts: readonly TransactionPart[]): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: parts.map(({ operation }) => operation) }));
      return;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? "None");
      const failed = parts.find((_, index) => codes[index] === "ConditionalCheckFailed");
      if (failed !== undefined) throw await failed.onConditionFailed();
      // A reason that is neither a condition nor passing (a validation error) is a fault of ours.
      if (codes.length === 0 || !codes.every((code) => code === "None" || passing.has(code))) throw error;
      if (tries === mostTries) throw new TableBusy(`transactions kept conflicting: ${codes.join(", ")}`);
      await wait(Math.random() * firstWaitMilliseconds * 2 ** tries);
    }
  }
}
