/** Many rows at once, by their keys: what a comparison with other stores needs of them. */
import { setTimeout as wait } from "node:timers/promises";
import { BatchGetCommand, type BatchGetCommandInput } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { TableKey } from "../../naming/table-keys";
import { compositionItemSchema } from "../../domain/schemas/items";
import { TableBusy } from "./outcome";
import type { Table } from "./table";

/** What says which files a row names. */
const rowSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  midi: z.object(compositionItemSchema.shape.midi.unwrap().shape).optional(),
});
export type RowByKey = z.infer<typeof rowSchema>;

export interface RowsByKey {
  /** Those that are there, consistent. */
  find(keys: readonly TableKey[]): Promise<readonly RowByKey[]>;
}

/** DynamoDB takes a hundred keys at once, and may leave some of them for the next request. */
const mostKeys = 100;
const mostTries = 8;
const firstWaitMilliseconds = 25;

export function createRowsByKey({ client, tableName }: Table): RowsByKey {
  const findBatch = async (keys: readonly TableKey[]): Promise<RowByKey[]> => {
    const found: RowByKey[] = [];
    let asked: NonNullable<BatchGetCommandInput["RequestItems"]> = {
      [tableName]: {
        Keys: keys.map(({ pk, sk }) => ({ pk, sk })),
        ConsistentRead: true,
        ProjectionExpression: "pk, sk, midi",
      },
    };
    for (let tries = 1; tries <= mostTries; tries += 1) {
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(new BatchGetCommand({ RequestItems: asked }));
      found.push(...(Responses[tableName] ?? []).map((row) => rowSchema.parse(row)));
      if (Object.keys(UnprocessedKeys).length === 0) return found;
      asked = UnprocessedKeys;
      await wait(Math.random() * firstWaitMilliseconds * 2 ** tries);
    }
    throw new TableBusy("rows that were asked for together were not all given");
  };
  return {
    find: async (keys) => {
      const found: RowByKey[] = [];
      for (let start = 0; start < keys.length; start += mostKeys) {
        found.push(...(await findBatch(keys.slice(start, start + mostKeys))));
      }
      return found;
    },
  };
}
