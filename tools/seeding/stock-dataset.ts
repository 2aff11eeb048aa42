/**
 * The data sets that come with the software, in two ways: a data set whose licence allows it has its shards in the
 * repository; of the others there are manifest and catalogue, and each checkout builds the pieces into its cache.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { ListObjectsV2Command, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type CatalogueFile, catalogueFileSchema } from "../../domain/datasets/catalogue-file";
import { catalogueItem, packCatalogue } from "../../lambdas/stores/catalogues";
import { datasetCatalogueKey, datasetManifestFile, datasetPrefix } from "../../naming/object-keys";
import {
  type DatasetOnRequest,
  datasetsOnRequest,
  defaultDatasetId,
  type StockDatasetId,
  stockDatasetIds,
} from "../../naming/resource-names";
import { catalogueKey } from "../../naming/table-keys";
import { UsageError } from "../command-line";
import { catalogueOfShards, digestOfShards } from "./dataset-shards";

/** The fields of a manifest (contracts/dataset-manifest) that are compared. */
export const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  id: z.string(),
  version: z.string(),
  sha256: z.string(),
  name: z.string(),
  licence: z.string(),
  shards: z.array(z.object({ file: z.string() })).min(1),
});

export type DatasetManifest = z.infer<typeof manifestSchema>;

/** The catalogue that is committed of a data set which a checkout builds, as JSON that is not packed. */
export const committedCatalogueFile = "catalogue.json";

/** Returns the folder in which what is committed of a stock data set lies. */
export const committedFolder = (repository: string, id: string): string => join(repository, "datasets", id);

/** Returns a stock data set as a checkout says it in its committed manifest; by default the one of Bach's chorales. */
export function committedDataset(repository: string, id: StockDatasetId = defaultDatasetId): DatasetManifest {
  const file = join(committedFolder(repository, id), datasetManifestFile);
  return manifestSchema.parse(JSON.parse(readFileSync(file, "utf8")));
}

/** Returns the stock data sets whose pieces are in the repository. */
export function datasetsWithPieces(repository: string): readonly DatasetManifest[] {
  return stockDatasetIds
    .map((id) => committedDataset(repository, id))
    .filter(({ id, shards }) => shards.every(({ file }) => existsSync(join(committedFolder(repository, id), file))));
}

/** Returns the data sets that have to be asked for and that this checkout has built. */
export function datasetsBuiltOnRequest(repository: string, cache: string): readonly DatasetOnRequest[] {
  return datasetsOnRequest.filter((id) => isDatasetBuilt(cache, committedDataset(repository, id)));
}

/**
 * Reads which data sets a command is asked for besides the usual ones.
 * @throws UsageError where one of the names is none of theirs
 */
export function readDatasetsOnRequest(value: string | undefined): readonly DatasetOnRequest[] {
  return (value?.split(",") ?? []).map((name) => {
    const found = datasetsOnRequest.find((id) => id === name.trim());
    if (found !== undefined) return found;
    throw new UsageError(`--datasets is ${value}; each of its names must be one of ${datasetsOnRequest.join(", ")}.`);
  });
}

/** The option of the commands that build data sets on request. */
export const datasetsOption = {
  type: "string",
  allowed: datasetsOnRequest,
  value: "NAMES",
  does: `builds and adds data sets that are not there by default, with commas between them: ${datasetsOnRequest.join(", ")}`,
} as const;

/** Returns the folder inside the cache into which its builder puts a data set. */
export function builtDatasetFolder(cache: string, dataset: { readonly id: string; readonly version: string }): string {
  return join(cache, dataset.id, dataset.version);
}

/** Returns true if the data set was built completely, and from what the checkout says. */
export function isDatasetBuilt(cache: string, dataset: DatasetManifest): boolean {
  const folder = builtDatasetFolder(cache, dataset);
  const files = [...dataset.shards.map(({ file }) => file), datasetManifestFile];
  if (!files.every((name) => existsSync(join(folder, name)))) return false;
  const built = manifestSchema.safeParse(JSON.parse(readFileSync(join(folder, datasetManifestFile), "utf8")));
  return built.success && built.data.sha256 === dataset.sha256;
}

interface Places {
  readonly s3: S3Client;
  readonly table: DynamoDBDocumentClient;
  readonly artifactsBucket: string;
  readonly tableName: string;
}

/**
 * Uploads a data set with its catalogue, then puts its row, so that whoever reads the row finds the objects. Repeating
 * it changes nothing.
 *
 * @throws Error if the pieces are not those of the manifest
 */
export async function seedDataset({ folder, ...places }: Places & { readonly folder: string }): Promise<void> {
  const { manifest, shards, catalogue } = readDataset(folder);
  const { row, isCurrent } = await comparedRow(catalogue, places);
  const { s3, artifactsBucket } = places;
  const prefix = datasetPrefix(manifest);
  // The pieces are there already. Another upload would only add a version to the bucket.
  if (isCurrent && (await exists(s3, artifactsBucket, `${prefix}${datasetManifestFile}`))) return;
  for (const { file, body } of shards) {
    await upload(places, { key: `${prefix}${file}`, body, type: "application/gzip" });
  }
  await uploadCatalogue(catalogue, places);
  // The manifest comes last, so that whoever finds it finds the rest.
  const body = readFileSync(join(folder, datasetManifestFile));
  await upload(places, { key: `${prefix}${datasetManifestFile}`, body, type: "application/json" });
  await putRow(row, places);
}

/**
 * Reads a data set from the folder of its manifest, with the catalogue of its pieces.
 * @throws Error if the pieces are not those of the manifest
 */
export function readDataset(folder: string): {
  readonly manifest: DatasetManifest;
  readonly shards: readonly { readonly file: string; readonly body: Buffer }[];
  readonly catalogue: CatalogueFile;
} {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(folder, datasetManifestFile), "utf8")));
  const shards = manifest.shards.map(({ file }) => ({ file, body: readFileSync(join(folder, file)) }));
  const bodies = shards.map(({ body }) => body);
  const found = digestOfShards(bodies);
  if (found !== manifest.sha256) {
    throw new Error(
      `The pieces in ${folder} are damaged: their sha256 is ${found}, their manifest says ${manifest.sha256}.`,
    );
  }
  const { id, version, sha256, name, licence } = manifest;
  return { manifest, shards, catalogue: catalogueOfShards({ id, version, sha256, name, licence }, bodies) };
}

/**
 * Stores the committed catalogue and its row before the data set itself is there. So topics can be chosen and jobs made,
 * and the workflow waits for the data.
 */
export async function seedCommittedCatalogue({
  repository,
  ...places
}: Places & { readonly repository: string }): Promise<void> {
  const file = join(committedFolder(repository, defaultDatasetId), committedCatalogueFile);
  const catalogue = catalogueFileSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const { row, isCurrent } = await comparedRow(catalogue, places);
  if (isCurrent && (await exists(places.s3, places.artifactsBucket, datasetCatalogueKey(catalogue.dataset)))) return;
  await uploadCatalogue(catalogue, places);
  await putRow(row, places);
}

/** Returns the row of a catalogue, and whether the table has it. A row of an earlier form is another row. */
async function comparedRow(catalogue: CatalogueFile, { table, tableName }: Places) {
  const key = catalogueKey(catalogue.dataset.id);
  const row = { ...key, ...catalogueItem(catalogue) };
  const found = await table.send(new GetCommand({ TableName: tableName, Key: key }));
  return { row, isCurrent: isDeepStrictEqual(found.Item, row) };
}

async function putRow(row: Readonly<Record<string, unknown>>, { table, tableName }: Places): Promise<void> {
  await table.send(new PutCommand({ TableName: tableName, Item: row }));
}

async function uploadCatalogue(catalogue: CatalogueFile, places: Places): Promise<void> {
  const key = datasetCatalogueKey(catalogue.dataset);
  await upload(places, { key, body: packCatalogue(catalogue), type: "application/gzip" });
}

async function upload(
  { s3, artifactsBucket }: Places,
  { key, body, type }: { readonly key: string; readonly body: Buffer; readonly type: string },
): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket: artifactsBucket, Key: key, Body: body, ContentType: type }));
}

async function exists(s3: S3Client, bucket: string, key: string): Promise<boolean> {
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1 }));
  return (listed.Contents ?? []).length > 0;
}
