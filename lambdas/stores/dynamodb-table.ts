/** Implements the table on DynamoDB. Every attribute name and value is passed through a placeholder. */
import { setTimeout as wait } from "node:timers/promises";
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { openWorkIndex, partitionKey, sortKey, type TableKey } from "../../naming/table-keys";
import type { Condition } from "./conditions";
import { type Row, type RowChanges, type RowQuery, type Table, TableBusy, type Write, type WriteResult } from "./table";

export interface DynamoDBTableParams {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}

/** The number of tries of a write. A conflict lasts for the milliseconds of another transaction. */
const maxTries = 6;
const firstWaitMilliseconds = 20;
/** The reasons of a canceled transaction that pass by themselves. */
const passingReasons = new Set(["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]);

/** The maximum number of keys in one request. DynamoDB may leave some of them for the next request. */
const maxKeysOfBatch = 100;
const maxTriesOfBatch = 8;

const pause = async (tries: number): Promise<void> => {
  await wait(Math.random() * firstWaitMilliseconds * 2 ** tries);
};

/** The placeholders of one request, with the names and values that they stand for. */
class Placeholders {
  private readonly names = new Map<string, string>();
  private readonly values = new Map<string, unknown>();

  /** Returns the placeholder of an attribute of the row itself; a dot is part of its name. */
  attribute(name: string): string {
    const placeholder = this.names.get(name) ?? `#n${this.names.size}`;
    this.names.set(name, placeholder);
    return placeholder;
  }

  /**
   * Returns the placeholders of an attribute that may be nested.
   * @param path - dots separate the names of nested attributes
   */
  nestedAttribute(path: string): string {
    return path
      .split(".")
      .map((name) => this.attribute(name))
      .join(".");
  }

  value(value: unknown): string {
    const placeholder = `:v${this.values.size}`;
    this.values.set(placeholder, value);
    return placeholder;
  }

  get inUse(): {
    readonly ExpressionAttributeNames?: Record<string, string>;
    readonly ExpressionAttributeValues?: Record<string, unknown>;
  } {
    return {
      ...(this.names.size === 0
        ? {}
        : {
            ExpressionAttributeNames: Object.fromEntries(
              [...this.names].map(([name, placeholder]) => [placeholder, name]),
            ),
          }),
      ...(this.values.size === 0 ? {} : { ExpressionAttributeValues: Object.fromEntries(this.values) }),
    };
  }
}

function conditionText(placeholders: Placeholders, condition: Condition): string {
  switch (condition.kind) {
    case "PRESENT":
      return `attribute_exists(${placeholders.nestedAttribute(condition.attribute)})`;
    case "ABSENT":
      return `attribute_not_exists(${placeholders.nestedAttribute(condition.attribute)})`;
    case "COMPARE":
      return `${placeholders.nestedAttribute(condition.attribute)} ${condition.operator} ${placeholders.value(condition.value)}`;
    case "ALL":
    case "ANY": {
      const texts = condition.conditions.map((part) => conditionText(placeholders, part));
      const [alone, ...others] = texts;
      if (alone === undefined) throw new Error("a condition of kind ALL or ANY contains no conditions");
      // DynamoDB refuses redundant parentheses.
      if (others.length === 0) return alone;
      return `(${texts.join(condition.kind === "ALL" ? " AND " : " OR ")})`;
    }
  }
}

function changesText(
  placeholders: Placeholders,
  { set = {}, setOnce = {}, add = {}, remove = [] }: RowChanges,
): string {
  const sets = [
    ...Object.entries(set)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${placeholders.attribute(name)} = ${placeholders.value(value)}`),
    ...Object.entries(setOnce).map(([name, value]) => {
      const attribute = placeholders.attribute(name);
      return `${attribute} = if_not_exists(${attribute}, ${placeholders.value(value)})`;
    }),
  ];
  const clause = (word: string, parts: readonly string[]): readonly string[] =>
    parts.length === 0 ? [] : [`${word} ${parts.join(", ")}`];
  return [
    ...clause("SET", sets),
    ...clause(
      "ADD",
      Object.entries(add).map(([name, amount]) => `${placeholders.attribute(name)} ${placeholders.value(amount)}`),
    ),
    ...clause(
      "REMOVE",
      remove.map((name) => placeholders.attribute(name)),
    ),
  ].join(" ");
}

/**
 * Makes a refused write return the row as it was when the condition was checked. A later read would find another state of it,
 * which may mean something else.
 */
const returnRowIfRefused = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;

const guard = (placeholders: Placeholders, condition: Condition | undefined) =>
  condition === undefined ? {} : { ConditionExpression: conditionText(placeholders, condition), ...returnRowIfRefused };

type TransactionOperation = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

const putInput = (TableName: string, { key, row, condition }: Extract<Write, { kind: "PUT" }>) => {
  const placeholders = new Placeholders();
  const parts = guard(placeholders, condition);
  return { TableName, Item: { ...row, ...key }, ...parts, ...placeholders.inUse };
};
const updateInput = (TableName: string, { key, changes, condition }: Extract<Write, { kind: "UPDATE" }>) => {
  const placeholders = new Placeholders();
  const parts = { UpdateExpression: changesText(placeholders, changes), ...guard(placeholders, condition) };
  return { TableName, Key: key, ...parts, ...placeholders.inUse };
};
const deleteInput = (TableName: string, { key, condition }: Extract<Write, { kind: "DELETE" }>) => {
  const placeholders = new Placeholders();
  const parts = guard(placeholders, condition);
  return { TableName, Key: key, ...parts, ...placeholders.inUse };
};
const checkInput = (TableName: string, { key, condition }: Extract<Write, { kind: "CHECK" }>) => {
  const placeholders = new Placeholders();
  const parts = { ConditionExpression: conditionText(placeholders, condition), ...returnRowIfRefused };
  return { TableName, Key: key, ...parts, ...placeholders.inUse };
};

function transactionOperation(tableName: string, write: Write): TransactionOperation {
  switch (write.kind) {
    case "PUT":
      return { Put: putInput(tableName, write) };
    case "UPDATE":
      return { Update: updateInput(tableName, write) };
    case "DELETE":
      return { Delete: deleteInput(tableName, write) };
    case "CHECK":
      return { ConditionCheck: checkInput(tableName, write) };
  }
}

/** Returns the part of a request that limits what is read of each row; nothing if all of it is to be read. */
const projectionOf = (
  placeholders: Placeholders,
  attributes: readonly string[] | undefined,
): { readonly ProjectionExpression?: string } =>
  attributes === undefined
    ? {}
    : { ProjectionExpression: attributes.map((name) => placeholders.attribute(name)).join(", ") };

function queryInput({ partition, index, prefix, attributes }: RowQuery): Omit<QueryCommandInput, "TableName"> {
  const keys = index === undefined ? { partitionKey, sortKey } : openWorkIndex;
  const placeholders = new Placeholders();
  const conditions = [
    `${placeholders.attribute(keys.partitionKey)} = ${placeholders.value(partition)}`,
    ...(prefix === undefined
      ? []
      : [`begins_with(${placeholders.attribute(keys.sortKey)}, ${placeholders.value(prefix)})`]),
  ];
  return {
    KeyConditionExpression: conditions.join(" AND "),
    ...projectionOf(placeholders, attributes),
    ...placeholders.inUse,
    ...(index === undefined ? { ConsistentRead: true } : { IndexName: openWorkIndex.indexName }),
  };
}

/** Translates the row of a refused write from DynamoDB's own notation, because the document client translates only responses. */
const plainRow = (row: Readonly<Record<string, AttributeValue>> | undefined): Row | undefined =>
  row === undefined ? undefined : unmarshall({ ...row });

export function createDynamoDBTable({ client, tableName: TableName }: DynamoDBTableParams): Table {
  const sendAlone = async (write: Write): Promise<Row | undefined> => {
    switch (write.kind) {
      case "PUT":
        await client.send(new PutCommand(putInput(TableName, write)));
        return undefined;
      case "UPDATE":
        return (await client.send(new UpdateCommand({ ...updateInput(TableName, write), ReturnValues: "ALL_NEW" })))
          .Attributes;
      case "DELETE":
        await client.send(new DeleteCommand(deleteInput(TableName, write)));
        return undefined;
      case "CHECK":
        throw new Error("a write of kind CHECK cannot be sent alone");
    }
  };

  /**
   * Sends one write.
   * @throws TransactionConflictException when the write meets another's transaction; the SDK does not try it again
   */
  const writeAlone = async (write: Write): Promise<WriteResult> => {
    try {
      return { kind: "WRITTEN", row: await sendAlone(write) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { kind: "REFUSED", index: 0, row: plainRow(error.Item) };
    }
  };

  /**
   * Sends several writes as a transaction.
   * @throws TransactionCanceledException whose reasons are all passing; TransactionInProgressException
   */
  const writeTogether = async (writes: readonly Write[]): Promise<WriteResult> => {
    try {
      const TransactItems = writes.map((write) => transactionOperation(TableName, write));
      await client.send(new TransactWriteCommand({ TransactItems }));
      return { kind: "WRITTEN" };
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const reasons = error.CancellationReasons ?? [];
      const index = reasons.findIndex(({ Code }) => Code === "ConditionalCheckFailed");
      if (index < 0) throw error;
      return { kind: "REFUSED", index, row: plainRow(reasons[index]?.Item) };
    }
  };

  /** Returns true if the same write may succeed a moment later. */
  const isConflict = (error: unknown): boolean => {
    if (error instanceof TransactionConflictException) return true;
    // The SDK repeated a transaction whose first response was lost, while the transaction is still being written.
    if (error instanceof TransactionInProgressException) return true;
    if (!(error instanceof TransactionCanceledException)) return false;
    // Any other reason, such as a validation error, is a fault of this software.
    const codes = (error.CancellationReasons ?? []).map(({ Code = "None" }) => Code);
    return codes.length > 0 && codes.every((code) => code === "None" || passingReasons.has(code));
  };

  const readBatch = async (keys: readonly TableKey[], attributes: readonly string[] | undefined): Promise<Row[]> => {
    const placeholders = new Placeholders();
    const projection = projectionOf(placeholders, attributes);
    const found: Row[] = [];
    let requested: NonNullable<BatchGetCommandInput["RequestItems"]> = {
      [TableName]: {
        Keys: keys.map(({ pk, sk }) => ({ pk, sk })),
        ConsistentRead: true,
        ...projection,
        ...placeholders.inUse,
      },
    };
    for (let tries = 1; tries <= maxTriesOfBatch; tries += 1) {
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(
        new BatchGetCommand({ RequestItems: requested }),
      );
      found.push(...(Responses[TableName] ?? []));
      if (Object.keys(UnprocessedKeys).length === 0) return found;
      requested = UnprocessedKeys;
      await pause(tries);
    }
    throw new TableBusy("DynamoDB did not return all rows that were requested together");
  };

  return {
    async read(key, attributes) {
      const placeholders = new Placeholders();
      const projection = projectionOf(placeholders, attributes);
      const { Item } = await client.send(
        new GetCommand({ TableName, Key: key, ConsistentRead: true, ...projection, ...placeholders.inUse }),
      );
      return Item;
    },

    async readMany(keys, attributes) {
      const found: Row[] = [];
      for (let start = 0; start < keys.length; start += maxKeysOfBatch) {
        found.push(...(await readBatch(keys.slice(start, start + maxKeysOfBatch), attributes)));
      }
      return found;
    },

    async *all(query) {
      const { partition, after, index } = query;
      if (after !== undefined && index !== undefined) throw new Error("an index has no place to go on after");
      // A key from which a query goes on need not exist.
      let from: Record<string, unknown> | undefined =
        after === undefined ? undefined : { [partitionKey]: partition, [sortKey]: after };
      do {
        const page: QueryCommandOutput = await client.send(
          new QueryCommand({
            TableName,
            ...queryInput(query),
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        yield* page.Items ?? [];
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
    },

    async write(writes) {
      const [alone, ...others] = writes;
      if (alone === undefined) return { kind: "WRITTEN" };
      for (let tries = 1; ; tries += 1) {
        try {
          return await (others.length === 0 ? writeAlone(alone) : writeTogether(writes));
        } catch (error) {
          if (!isConflict(error)) throw error;
          if (tries === maxTries)
            throw new TableBusy(`other transactions kept changing the same rows: ${String(error)}`);
          await pause(tries);
        }
      }
    },
  };
}
