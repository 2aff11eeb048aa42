/** A 429 names the quota that was hit. */
import { DynamoDBClient, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { createCompositions } from "../../../lambdas/stores/compositions";
import { createDynamoDBTable } from "../../../lambdas/stores/dynamodb-table";
import { TableBusy } from "../../../lambdas/stores/table";
import { composition, quotas } from "../api/support/items";

interface Responses {
  /** Counters when the condition was checked; nothing where they are not told. */
  readonly atCheck: Readonly<Record<string, { readonly N: string }>> | undefined;
  /** Counters when they are read a moment later. */
  readonly later: Readonly<Record<string, number>>;
  /** How often the transaction is refused. */
  readonly refusedTimes?: number;
}

/** A table whose quota part refuses. */
function refusingTable({ atCheck, later, refusedTimes = Number.POSITIVE_INFINITY }: Responses) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ region: "eu-west-1" }));
  let transactions = 0;
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof GetCommand) return { Item: later };
    if (!(command instanceof TransactWriteCommand)) throw new Error("another command than expected");
    transactions += 1;
    if (transactions > refusedTimes) return {};
    const CancellationReasons = (command.input.TransactItems ?? []).map(({ Update }) =>
      Update === undefined
        ? { Code: "None" }
        : { Code: "ConditionalCheckFailed", ...(atCheck === undefined ? {} : { Item: atCheck }) },
    );
    throw new TransactionCanceledException({ message: "canceled", $metadata: {}, CancellationReasons });
  };
  Object.assign(client, { send });
  return { table: createDynamoDBTable({ client, tableName: "t" }), transactions: () => transactions };
}

async function outcomeOf(responses: Responses): Promise<unknown> {
  const { table } = refusingTable(responses);
  const compositions = createCompositions({ table, now: () => new Date() });
  return await compositions
    .create({ item: composition(), takes: { compositions: 1, openCompositions: 1 }, quotas })
    .then(
      (outcome) => outcome,
      (error: unknown) => error,
    );
}

const counters = (openCompositions: number, compositions: number) => ({
  openCompositions: { N: String(openCompositions) },
  compositions: { N: String(compositions) },
});

test("the counters of the check decide, not those of a later read", async () => {
  const outcome = await outcomeOf({
    atCheck: counters(quotas.openCompositions, 4),
    // Work has ended between the check and the read.
    later: { openCompositions: 0, compositions: 4 },
  });
  expect(outcome).toEqual({
    kind: "QUOTA_REACHED",
    counter: "openCompositions",
    quota: quotas.openCompositions,
  });
});

test("of two quotas the one that is full is named; of two full ones the one that empties by itself", async () => {
  expect(await outcomeOf({ atCheck: counters(1, quotas.compositions), later: {} })).toMatchObject({
    counter: "compositions",
  });
  expect(await outcomeOf({ atCheck: counters(quotas.openCompositions, quotas.compositions), later: {} })).toMatchObject(
    {
      counter: "openCompositions",
    },
  );
});

test("where the check does not tell its counters, they are read; when none is full by then, it is tried again", async () => {
  expect(
    await outcomeOf({ atCheck: undefined, later: { openCompositions: quotas.openCompositions, compositions: 4 } }),
  ).toMatchObject({ counter: "openCompositions" });
  const free = { openCompositions: 0, compositions: 4 };
  expect(await outcomeOf({ atCheck: undefined, later: free, refusedTimes: 2 })).toMatchObject({ kind: "DONE" });
  expect(await outcomeOf({ atCheck: undefined, later: free })).toBeInstanceOf(TableBusy);
});
