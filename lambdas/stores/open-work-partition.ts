/** Reads a whole partition of the sparse OpenWork index, which follows the table within moments. */
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { openWorkIndex } from "../../naming/table-keys";
import type { Table } from "./table";

/** @param mark - what the items carry as `openWork` */
export async function* openWorkPartition(
  { client, tableName }: Table,
  mark: string,
): AsyncGenerator<Record<string, unknown>> {
  let from: Record<string, unknown> | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: openWorkIndex.indexName,
        KeyConditionExpression: "#mark = :mark",
        ExpressionAttributeNames: { "#mark": openWorkIndex.partitionKey },
        ExpressionAttributeValues: { ":mark": mark },
        ...(from === undefined ? {} : { ExclusiveStartKey: from }),
      }),
    );
    yield* page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}
