/** Conditional writes whose refusal is an answer, not an error. */
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { Table } from "./table";
import { againOnConflict, transact, type TransactionOperation } from "./transaction";

/** @returns undefined when the condition was not met. @throws TableBusy when conflicts with transactions did not end */
export async function unlessRefused<Answer>(write: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await againOnConflict(write);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

/** A condition of a transaction was not met. */
class Refused extends Error {
  override readonly name = "Refused";
}

/**
 * Writes all or nothing.
 * @returns whether it was written; false when a condition was not met
 * @throws TableBusy when conflicts with other transactions did not end
 */
export async function transactUnlessRefused(
  table: Table,
  operations: readonly TransactionOperation[],
): Promise<boolean> {
  const onConditionFailed = (): Error => new Refused();
  try {
    await transact(
      table,
      operations.map((operation) => ({ operation, onConditionFailed })),
    );
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
