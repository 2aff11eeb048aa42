/** Conditional writes whose refusal is an answer, not an error. */
import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import {
  TransactWriteCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { setTimeout as sleep } from "node:timers/promises";

/** @returns undefined when the condition was not met */
export async function unlessRefused<Answer>(write: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

const tries = 6;

/**
 * Writes all or nothing. Another transaction on the same item at the same moment (a user's quota row) is tried again;
 * the SDK does not do that for cancelled transactions.
 * @returns whether it was written; false when a condition was not met
 */
export async function transact(
  client: DynamoDBDocumentClient,
  items: NonNullable<TransactWriteCommandInput["TransactItems"]>,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: items }));
      return true;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
      if (codes.includes("ConditionalCheckFailed")) return false;
      const passing = codes.some((code) => code === "TransactionConflict" || code === "ThrottlingError");
      if (!passing || attempt === tries) throw error;
      await sleep(Math.random() * 50 * 2 ** attempt);
    }
  }
}
