import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { catalogueItemSchema } from "../../lambdas/stores/items";
import { datasetCatalogueFile, datasetManifestFile, datasetPrefix } from "../../naming/object-keys";
import { catalogueKey } from "../../naming/table-keys";
import { digestOfShards } from "./dataset-shards";

/** The fields of a manifest (contracts/dataset-manifest) that are compared. */
export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  id: z.string(),
  version: z.string(),
  sha256: z.string(),
  shards: z.array(z.object({ file: z.string() })).min(1),
});

export type DatasetManifest = z.infer<typeof manifestSchema>;

/** Returns the stock data set that a checkout says it has in its committed manifest. */
export function committedDataset(repository: string): DatasetManifest {
  return manifestSchema.parse(
    JSON.parse(readFileSync(join(repository, "datasets", "bach-chorales", datasetManifestFile), "utf8")),
  );
}

/** Returns the folder inside the cache into which its builder puts a data set. */
export function builtDatasetFolder(cache: string, dataset: { readonly id: string; readonly version: string }): string {
  return join(cache, dataset.id, dataset.version);
}

/** Returns true if the data set was built completely, and from what the checkout says. */
export function isDatasetBuilt(cache: string, dataset: DatasetManifest): boolean {
  const folder = builtDatasetFolder(cache, dataset);
  const files = [...dataset.shards.map(({ file }) => file), datasetCatalogueFile, datasetManifestFile];
  if (!files.every((name) => existsSync(join(folder, name)))) return false;
  const built = manifestSchema.safeParse(JSON.parse(readFileSync(join(folder, datasetManifestFile), "utf8")));
  return built.success && built.data.sha256 === dataset.sha256;
}

/**
 * Uploads a built data set, then puts its catalogue's row, so that whoever reads the row finds the objects. Repeating
 * it changes nothing.
 *
 * @throws Error if the pieces are not those of the manifest
 */
export async function seedDataset(params: {
  readonly folder: string;
  readonly s3: S3Client;
  readonly table: DynamoDBDocumentClient;
  readonly artifactsBucket: string;
  readonly tableName: string;
}): Promise<void> {
  const { folder, s3, table, artifactsBucket, tableName } = params;
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const manifest = manifestSchema.parse(JSON.parse(read(datasetManifestFile).toString("utf8")));
  const shards = manifest.shards.map(({ file }) => ({ name: file, body: read(file), type: "application/gzip" }));
  const sha256 = digestOfShards(shards.map(({ body }) => body));
  if (sha256 !== manifest.sha256) {
    throw new Error(
      `The pieces in ${folder} are damaged: their sha256 is ${sha256}, their manifest says ${manifest.sha256}.`,
    );
  }
  const { row, isCurrent } = await catalogueRow({ file: join(folder, datasetCatalogueFile), table, tableName });
  const prefix = datasetPrefix(manifest);
  // The pieces are there already. Another upload would only add a version to the bucket.
  if (isCurrent && (await exists(s3, artifactsBucket, `${prefix}${datasetManifestFile}`))) return;
  // The manifest comes last, so that whoever finds it finds the rest.
  const objects = [
    ...shards,
    { name: datasetCatalogueFile, body: read(datasetCatalogueFile), type: "application/json" },
    { name: datasetManifestFile, body: read(datasetManifestFile), type: "application/json" },
  ];
  for (const { name, body, type } of objects) {
    const key = `${prefix}${name}`;
    await s3.send(new PutObjectCommand({ Bucket: artifactsBucket, Key: key, Body: body, ContentType: type }));
  }
  await table.send(new PutCommand({ TableName: tableName, Item: row }));
}

/**
 * Puts the row of the committed catalogue before the data set itself is there. So topics can be chosen and jobs made,
 * and the workflow waits for the data.
 */
export async function seedCommittedCatalogue(params: {
  readonly repository: string;
  readonly table: DynamoDBDocumentClient;
  readonly tableName: string;
}): Promise<void> {
  const { repository, table, tableName } = params;
  const file = join(repository, "datasets", "bach-chorales", datasetCatalogueFile);
  const { row, isCurrent } = await catalogueRow({ file, table, tableName });
  if (!isCurrent) await table.send(new PutCommand({ TableName: tableName, Item: row }));
}

/** The fields of a catalogue (contracts/dataset-catalogue) that become a row. */
export const catalogueFileSchema = z.object({
  dataset: z.object(catalogueItemSchema.shape.dataset.shape),
  pieces: catalogueItemSchema.shape.pieces,
});

async function catalogueRow(params: {
  readonly file: string;
  readonly table: DynamoDBDocumentClient;
  readonly tableName: string;
}): Promise<{ readonly row: Record<string, unknown>; readonly isCurrent: boolean }> {
  const { file, table, tableName } = params;
  const catalogue = catalogueFileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const item = catalogueItemSchema.parse({ schemaVersion: 1, kind: "CATALOGUE", ...catalogue });
  const key = catalogueKey(item.dataset.id);
  const row = { ...key, ...item };
  const found = await table.send(new GetCommand({ TableName: tableName, Key: key }));
  return { row, isCurrent: isDeepStrictEqual(found.Item, row) };
}

async function exists(s3: S3Client, bucket: string, key: string): Promise<boolean> {
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
  return (listed.Contents ?? []).length > 0;
}
