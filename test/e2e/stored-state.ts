/** What the cloud keeps, seen from behind: rows and objects, for tests that prove that nothing was written. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { localCredentials } from "../../local/cloud/ministack";
import { ownedKey, type OwnedKind, userPartition } from "../../naming/table-keys";
import type { Outputs } from "./running-cloud";

export interface StoredState {
  /** Every row of a user's partition. */
  readonly rowsOf: (sub: string) => Promise<readonly Record<string, unknown>[]>;
  /** Every object of a user in both buckets: bucket, key and ETag. */
  readonly objectsOf: (sub: string) => Promise<readonly string[]>;
  /** Writes a row as the deployed code would have left it. */
  readonly putRow: (kind: OwnedKind, item: { readonly sub: string; readonly id: string }) => Promise<void>;
  readonly putArtifact: (key: string, body: Uint8Array | string) => Promise<void>;
  readonly close: () => void;
}

export function openStoredState(outputs: Outputs): StoredState {
  const { awsEndpointUrl, region, tableName, artifactsBucket, workBucket } = outputs;
  const client = { endpoint: awsEndpointUrl, region, credentials: localCredentials };
  const dynamo = new DynamoDBClient(client);
  const table = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  return {
    rowsOf: async (sub) => {
      const { Items = [] } = await table.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": userPartition(sub) },
          ConsistentRead: true,
        }),
      );
      return Items;
    },
    objectsOf: async (sub) => {
      const found = await Promise.all(
        [artifactsBucket, workBucket].map(async (Bucket) => {
          const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `users/${sub}/` }));
          return Contents.map(({ Key = "", ETag = "" }) => `${Bucket} ${Key} ${ETag}`);
        }),
      );
      return found.flat();
    },
    putRow: async (kind, item) => {
      await table.send(
        new PutCommand({ TableName: tableName, Item: { ...item, ...ownedKey(kind, item.sub, item.id) } }),
      );
    },
    putArtifact: async (key, body) => {
      await s3.send(new PutObjectCommand({ Bucket: artifactsBucket, Key: key, Body: body }));
    },
    close: () => {
      table.destroy();
      dynamo.destroy();
      s3.destroy();
    },
  };
}
