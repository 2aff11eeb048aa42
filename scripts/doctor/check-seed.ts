/** Reads what `npm run seed` has written into a stage, and compares it with this checkout. */
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { localPaths } from "../../local/paths";
import { modelFile, stockModelPrefix } from "../../naming/object-keys";
import { defaultDatasetId } from "../../naming/resource-names";
import { catalogueKey, stockModelKey, type TableKey } from "../../naming/table-keys";
import { lockHolder } from "../../tools/processes/process-lock";
import { repository } from "../../tools/repository";
import { committedDataset, datasetsWithPieces } from "../../tools/seeding/stock-dataset";
import { readStockModels } from "../../tools/seeding/stock-models";
import { describeStack, storageStack } from "../../tools/stacks/deployed-stage";
import type { OpenStage } from "../operators/open-stage";
import { checkSeeded } from "./checks";
import { type Finding, skipped } from "./finding";
import { digestOfDataset, digestOfObject } from "./read-account";

const stockRowSchema = z.object({ sha256: z.string() });
const catalogueRowSchema = z.object({ dataset: z.object({ sha256: z.string() }) });

/** Checks each stock model and data set: the row, and the objects that the row promises. */
export async function checkSeed(stage: OpenStage): Promise<readonly Finding[]> {
  const outputs = storageStack.outputs.safeParse((await describeStack(stage, storageStack.name))?.outputs).data;
  if (outputs === undefined) return [skipped("seed", "there is no table yet")];
  const { TableName, ArtifactsBucketName: bucket } = outputs;
  const s3 = new S3Client({ ...stage.settings, forcePathStyle: stage.local !== undefined });
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(stage.settings));
  const row = async (Key: TableKey): Promise<unknown> => (await table.send(new GetCommand({ TableName, Key }))).Item;
  const seed = stage.local === undefined ? `npm run seed -- --stage ${stage.stage}` : "npm start";
  const findings: Finding[] = [];
  for (const { id, item } of readStockModels(join(repository, "models"))) {
    const inRow = stockRowSchema.safeParse(await row(stockModelKey(id))).data?.sha256;
    const inBucket = await digestOfObject(s3, bucket, `${stockModelPrefix(item)}${modelFile}`);
    findings.push(checkSeeded({ what: `stock model ${id}`, expected: item.sha256, inRow, inBucket }, { seed }));
  }
  for (const dataset of [committedDataset(repository), ...datasetsWithPieces(repository)]) {
    const inRow = catalogueRowSchema.safeParse(await row(catalogueKey(dataset.id))).data?.dataset.sha256;
    const inBucket = await digestOfDataset(s3, bucket, dataset);
    const isBuiltHere = dataset.id === defaultDatasetId;
    const isBeingBuilt = isBuiltHere && stage.local !== undefined && lockHolder(localPaths().datasetLock) !== undefined;
    const seeded = { what: `data set ${dataset.id}`, expected: dataset.sha256, inRow, inBucket };
    findings.push(checkSeeded(seeded, { seed, isBeingBuilt }));
  }
  return findings;
}
