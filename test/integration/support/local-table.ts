/** A table and two buckets in a MiniStack of the test's own, made as the stacks make them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { CatalogueFile } from "../../../domain/datasets/catalogue-file";
import { catalogueItem, packCatalogue } from "../../../lambdas/stores/catalogues";
import { createDynamoDBTable } from "../../../lambdas/stores/dynamodb-table";
import { createObjectStore } from "../../../lambdas/stores/objects";
import type { Table } from "../../../lambdas/stores/table";
import { localCredentials, startMiniStack } from "../../../local/cloud/ministack";
import { datasetCatalogueKey } from "../../../naming/object-keys";
import { catalogueKey, openWorkIndex, partitionKey, sortKey, stockModelKey } from "../../../naming/table-keys";
import { environmentPython, findPython, makeEnvironments } from "../../../tools/python/environments";
import { catalogue, stockModel } from "../../unit/api/support/items";

const region = "eu-west-1";

export interface LocalTable {
  readonly table: Table;
  readonly tableName: string;
  /** For what no store does to the table. */
  readonly dynamodb: DynamoDBDocumentClient;
  readonly s3: S3Client;
  readonly endpointUrl: string;
  readonly region: string;
  readonly artifactsBucket: string;
  readonly workBucket: string;
  stop(): Promise<void>;
}

/** Names of the table and of the buckets. */
export type LocalTableNames = Pick<LocalTable, "tableName" | "artifactsBucket" | "workBucket">;

const ownNames: LocalTableNames = {
  tableName: "opencomposer-test",
  artifactsBucket: "test-artifacts",
  workBucket: "test-work",
};

export async function startLocalTable(names: LocalTableNames = ownNames): Promise<LocalTable> {
  const { tableName, artifactsBucket, workBucket } = names;
  await makeEnvironments({ names: ["cloud"], python: findPython(), report: () => undefined });
  const directory = mkdtempSync(path.join(tmpdir(), "opencomposer-table-"));
  const cloud = await startMiniStack({ python: environmentPython("cloud"), directory, region, persist: false });
  const settings = { endpoint: cloud.endpointUrl, region, credentials: localCredentials };
  const dynamodb = new DynamoDBClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  await dynamodb.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [
        { AttributeName: partitionKey, KeyType: "HASH" },
        { AttributeName: sortKey, KeyType: "RANGE" },
      ],
      AttributeDefinitions: [partitionKey, sortKey, openWorkIndex.partitionKey, openWorkIndex.sortKey].map(
        (AttributeName) => ({ AttributeName, AttributeType: "S" as const }),
      ),
      GlobalSecondaryIndexes: [
        {
          IndexName: openWorkIndex.indexName,
          KeySchema: [
            { AttributeName: openWorkIndex.partitionKey, KeyType: "HASH" },
            { AttributeName: openWorkIndex.sortKey, KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    }),
  );
  for (const Bucket of [artifactsBucket, workBucket]) await s3.send(new CreateBucketCommand({ Bucket }));
  const client = DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } });
  return {
    table: createDynamoDBTable({ client, tableName }),
    tableName,
    dynamodb: client,
    s3,
    endpointUrl: cloud.endpointUrl,
    region,
    artifactsBucket,
    workBucket,
    stop: async () => {
      dynamodb.destroy();
      s3.destroy();
      await cloud.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What `npm run seed` writes: a stock model and the catalogue of a data set. */
export async function putStockRows(local: Pick<LocalTable, "table" | "s3" | "artifactsBucket">): Promise<void> {
  await local.table.write([{ kind: "PUT", key: stockModelKey("unet-gan-bach"), row: { ...stockModel() } }]);
  await putCatalogue(local, catalogue());
}

/** Puts a catalogue with its row. */
export async function putCatalogue(
  { table, s3, artifactsBucket }: Pick<LocalTable, "table" | "s3" | "artifactsBucket">,
  file: CatalogueFile,
): Promise<void> {
  const artifacts = createObjectStore({ client: s3, bucket: artifactsBucket });
  const key = datasetCatalogueKey(file.dataset);
  await artifacts.write({ key, body: packCatalogue(file), contentType: "application/gzip" });
  await table.write([{ kind: "PUT", key: catalogueKey(file.dataset.id), row: { ...catalogueItem(file) } }]);
}
