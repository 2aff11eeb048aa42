/** The one table, as repositories get it. */
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
}
