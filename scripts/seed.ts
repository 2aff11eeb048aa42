/**
 * `npm run seed -- --stage dev`: puts the stock data set, its catalogue and the stock models into a deployed stage, as
 * the local start does into the local cloud. It needs the outputs of the deploy, and AWS credentials that may write to
 * the artifacts bucket and the table:
 *
 *   npx cdk deploy --all --context stage=dev --outputs-file cdk-outputs.json
 *   npm run seed -- --stage dev --outputs-file cdk-outputs.json
 *
 * The authors have never run this command on AWS. Repeating it changes nothing.
 */
import { join, resolve } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { stages } from "../naming/resource-names";
import { readOptions, runCommand } from "../tools/command-line";
import { datasetCache, repository } from "../tools/repository";
import { buildDataset } from "../tools/seeding/build-dataset";
import { builtDatasetFolder, committedDataset, isDatasetBuilt, seedDataset } from "../tools/seeding/stock-dataset";
import { readStockModels, seedStockModel } from "../tools/seeding/stock-models";
import { readStorageOutputs } from "../tools/stacks/storage-outputs";

async function main(): Promise<void> {
  const values = readOptions({
    stage: { type: "string" },
    "outputs-file": { type: "string", default: "cdk-outputs.json" },
  });
  const stage = z.enum(stages).exclude(["local"]).safeParse(values.stage);
  if (!stage.success) {
    throw new Error(
      `--stage must be dev or prod, not ${values.stage ?? "missing"}; npm start seeds the local cloud itself.`,
    );
  }
  const { tableName, artifactsBucket } = readStorageOutputs(resolve(values["outputs-file"]), stage.data);
  const s3 = new S3Client({});
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const places = { s3, table, tableName, artifactsBucket };

  for (const stockModel of readStockModels(join(repository, "models"))) {
    await seedStockModel({ stockModel, ...places });
    console.log(`stock model ${stockModel.id} (${stockModel.item.bytes} bytes) is in ${artifactsBucket}`);
  }
  const dataset = committedDataset(repository);
  if (!isDatasetBuilt(datasetCache, dataset)) {
    await buildDataset({
      cache: datasetCache,
      report: (line) => {
        console.log(line);
      },
    });
  }
  await seedDataset({ folder: builtDatasetFolder(datasetCache, dataset), ...places });
  console.log(`data set ${dataset.id} ${dataset.version} is in ${artifactsBucket}, its catalogue in ${tableName}`);
}

runCommand(main);
