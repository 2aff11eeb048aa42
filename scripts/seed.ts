/**
 * `npm run seed -- --stage dev`: puts the stock data sets, their catalogues, the stock models and the console into a deployed
 * stage, as the local start does into the local cloud. It finds tables, buckets and the distribution by the outputs of
 * the stage's stacks, takes profile and Region as the CDK CLI does (`--profile`, `--region`, AWS_PROFILE, AWS_REGION,
 * AWS_DEFAULT_REGION), and needs credentials that may read the stacks, write to the table and the buckets of artifacts
 * and of the console, and invalidate files of its distribution.
 *
 * The authors have never run this command on AWS. Repeating it changes nothing.
 */
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type DatasetOnRequest, defaultDatasetId } from "../naming/resource-names";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";
import { datasetCache, repository } from "../tools/repository";
import { buildStockDataset } from "../tools/seeding/build-dataset";
import {
  builtDatasetFolder,
  committedDataset,
  committedFolder,
  datasetsOption,
  datasetsWithPieces,
  readDatasetsOnRequest,
  seedDataset,
} from "../tools/seeding/stock-dataset";
import { readStockModels, seedStockModel } from "../tools/seeding/stock-models";
import { readStackOutputs, storageStack } from "../tools/stacks/deployed-stage";
import { describeAccount, type OpenStage, stageOptions, withStage } from "./operators/open-stage";
import { publishConsole } from "./seed/publish-console";

async function seed(stage: OpenStage, asked: readonly DatasetOnRequest[]): Promise<void> {
  const { TableName: tableName, ArtifactsBucketName: artifactsBucket } = await readStackOutputs(stage, storageStack);
  console.log(`${describeAccount(stage)}, table ${tableName}, bucket ${artifactsBucket}`);
  const built = [defaultDatasetId, ...asked];
  for (const id of built) {
    await buildStockDataset(id, (line) => {
      console.log(line);
    });
  }
  const s3 = new S3Client(stage.settings);
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(stage.settings), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const places = { s3, table, tableName, artifactsBucket };

  for (const stockModel of readStockModels(join(repository, "models"))) {
    await seedStockModel({ stockModel, ...places });
    console.log(`stock model ${stockModel.id} (${stockModel.item.bytes} bytes) is in ${artifactsBucket}`);
  }
  const folders = [
    ...built.map((id) => {
      const dataset = committedDataset(repository, id);
      return { dataset, folder: builtDatasetFolder(datasetCache, dataset) };
    }),
    ...datasetsWithPieces(repository).map((each) => ({ dataset: each, folder: committedFolder(repository, each.id) })),
  ];
  for (const { dataset: seeded, folder } of folders) {
    await seedDataset({ folder, ...places });
    console.log(
      `data set ${seeded.id} ${seeded.version} is in ${artifactsBucket} with its catalogue, its row in ${tableName}`,
    );
  }
  await publishConsole(stage, (line) => {
    console.log(line);
  });
}

const usage = {
  command: "npm run seed",
  does: "Puts the stock data sets, their catalogues, the stock models and the console into a deployed stage. Repeating it changes nothing.",
  options: { ...stageOptions, datasets: datasetsOption },
  examples: [
    { given: "--stage dev", does: "fills the table and the buckets of the stage dev" },
    { given: "--stage dev --datasets string-quartets", does: "adds the string quartets" },
  ],
} as const satisfies CommandUsage;

runCommand(async () => {
  const values = readOptions(usage);
  const asked = readDatasetsOnRequest(values.datasets);
  await withStage(
    {
      values,
      command: usage.command,
      allowed: ["dev", "prod"],
      note: " npm start seeds the local cloud itself.",
    },
    async (stage) => {
      await seed(stage, asked);
    },
  );
});
