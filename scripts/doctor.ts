/**
 * `npm run doctor`: checks what a stage needs, one line for each check, and says what to do. It changes nothing.
 *
 *   npm run doctor -- --stage dev                  before a deploy and after it; ends with 1 if something is wrong
 *   npm run doctor -- --stage dev --leftovers      lists what a destroyed stage leaves behind, and what it costs
 *   npm run doctor -- --stage local                checks the running local cloud
 *
 * The authors have never run this command on AWS.
 */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { S3Client } from "@aws-sdk/client-s3";
import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SSMClient } from "@aws-sdk/client-ssm";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { loadStageConfig } from "../lib/config/load-stage-config";
import type { StageConfig } from "../lib/config/stage-config";
import { basesOf } from "../lib/rules/dockerfile-bases";
import { datasetPiecesFile, datasetPrefix, modelFile, stockModelPrefix } from "../naming/object-keys";
import { endpointName, resourcePrefix, type Stage, trainedTechniqueIds } from "../naming/resource-names";
import { catalogueKey, stockModelKey, type TableKey } from "../naming/table-keys";
import { readOptions, runCommand } from "../tools/command-line";
import { findPython } from "../tools/python/environments";
import { repository } from "../tools/repository";
import { committedDataset } from "../tools/seeding/stock-dataset";
import { readStockModels } from "../tools/seeding/stock-models";
import {
  apiStack,
  deployCommand,
  describeStack,
  type StackName,
  stackName,
  stackNames,
  storageStack,
  trainingStack,
} from "../tools/stacks/deployed-stage";
import { askRegistry, checkBaseImage } from "./doctor/base-image";
import { readBootstrapQualifier } from "./doctor/bootstrap-qualifier";
import {
  buildsImages,
  checkBootstrap,
  checkDocker,
  checkEndpoint,
  checkEndpointQuotas,
  checkImage,
  checkLambdaConcurrency,
  checkNode,
  checkSeeded,
  checkServerlessPool,
  checkStack,
  checkTrainingQuota,
} from "./doctor/checks";
import { describeFinding, type Finding, right, skipped, wrong } from "./doctor/finding";
import {
  describeLeftover,
  type Leftover,
  leftoversOf,
  listFileAssets,
  listFunctionLogs,
  listImages,
  listInStack,
  listSageMakerLogs,
  listTagged,
  nameInArn,
} from "./doctor/leftovers";
import {
  digestOfObject,
  dockerProgram,
  findDocker,
  imagesInTemplate,
  readBootstrapVersion,
  readEndpoint,
  readQuotas,
  readTemplate,
} from "./doctor/read-account";
import { readManifest, shortName } from "./images/ecr-image";
import { describeAccount, type OpenStage, stageOptions, withStage } from "./operators/open-stage";
import { listTrainings, sageMakerOf } from "./stop-all/training-of-stage";

const ownQualifier = (): string => readBootstrapQualifier({ project: repository, home: homedir() });

/** Returns a finding that a check could not be made, in place of ending all checks: a right is often missing. */
async function orUnchecked(check: string, findings: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await findings();
  } catch (error) {
    return [
      wrong(
        check,
        `could not be checked: ${(error instanceof Error ? error.message : String(error)).replace(/\.$/, "")}`,
        "Check it by hand.",
      ),
    ];
  }
}

async function checkMachine(config: StageConfig): Promise<readonly Finding[]> {
  const docker = dockerProgram(process.env);
  return await Promise.resolve(
    [
      checkNode(process.version),
      await orUnchecked("Python", async () => await Promise.resolve([right("Python", findPython())])),
      checkDocker(await findDocker(docker), config),
      ...(await checkBaseImages(docker, config)),
    ].flat(),
  );
}

async function checkBaseImages(docker: string, config: StageConfig): Promise<readonly Finding[]> {
  if (!buildsImages(config)) return [];
  const bases = basesOf(readFileSync(join(repository, "sagemaker-containers", "Dockerfile"), "utf8"));
  return await Promise.all(bases.map(async (base) => checkBaseImage(base, await askRegistry(docker, base))));
}

/** The stacks that a stage has, by its settings. */
const stacksOf = ({ endpoints, alarms }: StageConfig): readonly StackName[] =>
  stackNames.filter(
    (name) => (name !== "Inference" || endpoints !== undefined) && (name !== "Observability" || alarms !== undefined),
  );

async function checkStacks(stage: OpenStage, config: StageConfig): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const name of stacksOf(config)) {
    const stack = await describeStack(stage, name);
    const schema = [storageStack, apiStack, trainingStack].find((known) => known.name === name)?.outputs;
    const missing = schema?.safeParse(stack?.outputs ?? {}).error?.issues.map(({ path }) => path.join(".")) ?? [];
    const whole = stackName(stage.stage, name);
    findings.push(checkStack({ name, whole, stack, missing, deploy: deployCommand(stage.stage) }));
  }
  return findings;
}

const stockRowSchema = z.object({ sha256: z.string() });
const catalogueRowSchema = z.object({ dataset: z.object({ sha256: z.string() }) });

async function checkSeed(stage: OpenStage): Promise<readonly Finding[]> {
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
    findings.push(checkSeeded({ what: `stock model ${id}`, expected: item.sha256, inRow, inBucket }, seed));
  }
  const dataset = committedDataset(repository);
  const inRow = catalogueRowSchema.safeParse(await row(catalogueKey(dataset.id))).data?.dataset.sha256;
  const inBucket = await digestOfObject(s3, bucket, `${datasetPrefix(dataset)}${datasetPiecesFile}`);
  findings.push(checkSeeded({ what: `data set ${dataset.id}`, expected: dataset.sha256, inRow, inBucket }, seed));
  return findings;
}

async function checkQuotas(stage: OpenStage, config: StageConfig): Promise<readonly Finding[]> {
  if (stage.local !== undefined) return [skipped("quotas", "the local cloud has none")];
  const client = new ServiceQuotasClient(stage.settings);
  const sageMaker = await readQuotas(client, "sagemaker");
  const lambda = await readQuotas(client, "lambda");
  return [
    checkTrainingQuota(sageMaker, config),
    checkServerlessPool(sageMaker, config),
    ...checkEndpointQuotas(sageMaker, config),
    checkLambdaConcurrency(lambda, config),
  ];
}

async function checkImages(stage: OpenStage): Promise<readonly Finding[]> {
  const ecr = new ECRClient(stage.settings);
  const findings: Finding[] = [];
  for (const name of ["Training", "Inference"] as const) {
    if ((await describeStack(stage, name)) === undefined) continue;
    const template = await readTemplate(stage.cloudFormation, stackName(stage.stage, name));
    const place = { account: stage.account, region: stage.settings.region };
    for (const image of imagesInTemplate(template, place)) {
      const manifest = await readManifest(ecr, image);
      findings.push(checkImage({ image: shortName(image), mediaType: manifest?.mediaType }));
    }
  }
  return findings.length > 0 ? findings : [skipped("images", "no stack names an image in ECR")];
}

async function checkEndpoints(stage: OpenStage): Promise<readonly Finding[]> {
  const client = sageMakerOf(stage);
  const names = trainedTechniqueIds.map((technique) => endpointName(stage.stage, technique));
  return await Promise.all(names.map(async (name) => checkEndpoint(name, await readEndpoint(client, name))));
}

async function checkAll(stage: OpenStage): Promise<readonly Finding[]> {
  const config = loadStageConfig({ stage: stage.stage, folder: repository });
  const bootstrap = async (): Promise<readonly Finding[]> =>
    await Promise.resolve([
      stage.local === undefined
        ? checkBootstrap(await readBootstrapVersion(new SSMClient(stage.settings), ownQualifier()), ownQualifier())
        : skipped("bootstrap of the CDK", "the local start does it"),
    ]);
  return [
    ...(await checkMachine(config)),
    ...(await orUnchecked("bootstrap of the CDK", bootstrap)),
    ...(await orUnchecked("quotas", async () => await checkQuotas(stage, config))),
    ...(await orUnchecked("stacks", async () => await checkStacks(stage, config))),
    ...(await orUnchecked("images", async () => await checkImages(stage))),
    ...(await orUnchecked("endpoints", async () => await checkEndpoints(stage))),
    ...(await orUnchecked("seed", async () => await checkSeed(stage))),
  ];
}

async function showLeftovers(stage: OpenStage): Promise<void> {
  const { settings, account } = stage;
  const inStacks: string[] = [];
  for (const name of stackNames) {
    if ((await describeStack(stage, name)) === undefined) continue;
    inStacks.push(...(await listInStack(stage.cloudFormation, stackName(stage.stage, name))));
  }
  const ofBootstrap = (kind: string): string => `cdk-${ownQualifier()}-${kind}-${account}-${settings.region}`;
  const logs = new CloudWatchLogsClient(settings);
  const tagged: Leftover[] = [];
  const lists: Readonly<Record<string, () => Promise<readonly Leftover[]>>> = {
    "training jobs": async () => await leftTrainings(sageMakerOf(stage), stage.stage),
    "tagged resources": async () => {
      tagged.push(
        ...leftoversOf(await listTagged(new ResourceGroupsTaggingAPIClient(settings), stage.stage), inStacks),
      );
      return tagged;
    },
    "logs of functions": async () => {
      const known = [...inStacks, ...tagged.map(({ name }) => nameInArn(name))];
      return await listFunctionLogs(logs, { prefix: `${resourcePrefix(stage.stage)}-`, inStacks: known });
    },
    "logs of SageMaker": async () => await listSageMakerLogs(logs),
    images: async () => await listImages(new ECRClient(settings), ofBootstrap("container-assets")),
    // The local cloud's bootstrap is part of it.
    "files of the bootstrap": async () =>
      stage.local === undefined ? await listFileAssets(new S3Client(settings), ofBootstrap("assets")) : [],
  };
  let count = 0;
  const unlisted: string[] = [];
  for (const [what, list] of Object.entries(lists)) {
    try {
      const leftovers = await list();
      for (const leftover of leftovers) for (const line of describeLeftover(leftover)) console.log(line);
      count += leftovers.length;
    } catch (error) {
      // A right is often missing. The other lists are of use all the same.
      unlisted.push(`${what} (${error instanceof Error ? error.message : String(error)})`);
    }
  }
  const stays = `The stacks of the stage are deployed; their ${inStacks.length} resources are not listed.`;
  console.log(`${count} things are there without a stack.${inStacks.length > 0 ? ` ${stays}` : ""}`);
  if (unlisted.length > 0) throw new Error(`Could not be listed: ${unlisted.join("; ")}`);
}

async function leftTrainings(client: SageMakerClient, stage: Stage): Promise<readonly Leftover[]> {
  return (await listTrainings(client, stage)).map(({ name }) => ({
    name: `training job ${name}`,
    note: "runs, and costs by the second",
    commands: [`npm run stop-all -- --stage ${stage}`],
  }));
}

runCommand(async () => {
  const values = readOptions({ ...stageOptions, leftovers: { type: "boolean", default: false } });
  await withStage({ values }, async (stage) => {
    console.log(describeAccount(stage));
    if (values.leftovers) {
      await showLeftovers(stage);
      return;
    }
    const findings = await checkAll(stage);
    for (const finding of findings) console.log(describeFinding(finding));
    const isWrong = findings.filter(({ result }) => result === "wrong").length;
    if (isWrong > 0) throw new Error(`${isWrong} of ${findings.length} checks found something that is wrong.`);
  });
});
