/** Transactions: what each cancellation reason means is said by whoever wrote the operation, conflicts are tried again. */
import { setTimeout as wait } from "node:timers/promises";
import {
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, type TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { TableBusy } from "./outcome";
import type { Table } from "./table";

export type TransactionOperation = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** The item that failed a condition, as it was at that moment, in DynamoDB's own notation; only where it was asked for. */
export type ItemAtCheck = Readonly<Record<string, unknown>>;

export interface TransactionPart {
  readonly operation: TransactionOperation;
  /**
   * What a failed condition of this part means; parts are asked in order, so the most telling one comes first. Nothing:
   * the condition would hold by now, and the transaction is tried again.
   */
  readonly onConditionFailed: (item: ItemAtCheck | undefined) => Error | undefined | Promise<Error | undefined>;
}

/** Conflicts last for the milliseconds of another transaction. */
const mostTries = 6;
const firstWaitMilliseconds = 20;
const passing = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

const pause = async (tries: number): Promise<void> => {
  await wait(Math.random() * firstWaitMilliseconds * 2 ** tries);
};

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
      const reason = await whyToTryAgain(error, parts);
      if (tries === mostTries) throw new TableBusy(`transactions kept conflicting: ${reason}`);
      await pause(tries);
    }
  }
}

/** @throws what the error means, where the same transaction would only fail again */
async function whyToTryAgain(error: unknown, parts: readonly TransactionPart[]): Promise<string> {
  // The SDK's own repetition of a transaction whose first answer was lost, and which is still being written.
  if (error instanceof TransactionInProgressException) return error.name;
  if (!(error instanceof TransactionCanceledException)) throw error;
  const reasons = error.CancellationReasons ?? [];
  const codes = reasons.map(({ Code }) => Code ?? "None");
  const index = parts.findIndex((_, position) => codes[position] === "ConditionalCheckFailed");
  const failed = parts[index];
  if (failed !== undefined) {
    const meaning = await failed.onConditionFailed(reasons[index]?.Item);
    if (meaning !== undefined) throw meaning;
    return "a condition that holds by now";
  }
  // A reason that is neither a condition nor passing (a validation error) is a fault of ours.
  if (codes.length === 0 || !codes.every((code) => code === "None" || passing.has(code))) throw error;
  return codes.join(", ");
}

/**
 * One write that is no transaction itself, and that meets one on its item: DynamoDB refuses it, and the SDK does not try
 * again.
 * @throws TableBusy when conflicts did not end; what else the write throws
 */
export async function againOnConflict<Answer>(write: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof TransactionConflictException)) throw error;
      if (tries === mostTries) throw new TableBusy("other transactions kept changing the item");
      await pause(tries);
    }
  }
}
