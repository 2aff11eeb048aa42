/** Everything that is not finished yet, from the sparse OpenWork index (eventually consistent: load a row before acting). */
import { QueryCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { OwnedBy } from "../../../domain/names/object-keys";
import { openWorkIndex, type OpenWorkKind } from "../../../domain/names/table-keys";
import { ulidSchema } from "../../../domain/schemas/items";

export interface OpenWork {
  /** Oldest first within a user. */
  list(kind: OpenWorkKind): AsyncIterable<OwnedBy>;
}

const entrySchema = z.object({ sub: z.string(), id: ulidSchema });

export function createOpenWork({
  client,
  tableName,
}: {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}): OpenWork {
  return {
    async *list(kind) {
      let from: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: openWorkIndex.indexName,
            KeyConditionExpression: "#kind = :kind",
            ExpressionAttributeNames: { "#kind": openWorkIndex.partitionKey },
            ExpressionAttributeValues: { ":kind": kind },
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        for (const item of page.Items ?? []) yield entrySchema.parse(item);
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
    },
  };
}
