/** A user's unfinished work: says whether something may be deleted. Few items: caps bound it. */
import { paginateQuery } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { openWorkIndex, openWorkOwner, type OpenWorkKind } from "../../naming/table-keys";
import {
  compositionItemSchema,
  trainingJobItemSchema,
  type CompositionItem,
  type TrainingJobItem,
} from "../../domain/schemas/items";
import { readItem } from "./item-codec";
import type { Table } from "./table";

export interface OpenWorkOfUser {
  /** The index follows the table within moments: what was created a moment ago may be missing. */
  compositions(sub: string): Promise<readonly CompositionItem[]>;
  trainingJobs(sub: string): Promise<readonly TrainingJobItem[]>;
}

export function createOpenWorkOfUser({ client, tableName }: Table): OpenWorkOfUser {
  async function openWork<Schema extends z.ZodType>(
    kind: OpenWorkKind,
    sub: string,
    schema: Schema,
  ): Promise<z.output<Schema>[]> {
    const found: z.output<Schema>[] = [];
    const pages = paginateQuery(
      { client },
      {
        TableName: tableName,
        IndexName: openWorkIndex.indexName,
        KeyConditionExpression: "#kind = :kind AND begins_with(#owner, :owner)",
        ExpressionAttributeNames: { "#kind": openWorkIndex.partitionKey, "#owner": openWorkIndex.sortKey },
        ExpressionAttributeValues: { ":kind": kind, ":owner": openWorkOwner(sub, "") },
      },
    );
    for await (const { Items = [] } of pages) found.push(...Items.map((item) => readItem(schema, item)));
    return found;
  }
  return {
    compositions: async (sub) => await openWork("COMPOSITION", sub, compositionItemSchema),
    trainingJobs: async (sub) => await openWork("TRAINING_JOB", sub, trainingJobItemSchema),
  };
}
