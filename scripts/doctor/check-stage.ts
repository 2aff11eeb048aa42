/** Runs all checks of a stage: asks this machine and AWS, and has checks.ts judge what they say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import { ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { StageConfig } from "../../lib/config/stage-config";
import { basesOf } from "../../lib/rules/dockerfile-bases";
import { endpointName, trainedTechniqueIds } from "../../naming/resource-names";
import { findPython } from "../../tools/python/environments";
import { repository } from "../../tools/repository";
import {
  apiStack,
  describeStack,
  type StackName,
  stackName,
  stackNames,
  storageStack,
  trainingStack,
} from "../../tools/stacks/deployed-stage";
import { readManifest, shortName } from "../images/ecr-image";
import type { OpenStage } from "../operators/open-stage";
import { sageMakerOf } from "../stop-all/training-of-stage";
import { askRegistry, checkBaseImage } from "./base-image";
import { checkSeed } from "./check-seed";
import {
  buildsImages,
  checkBootstrap,
  checkDocker,
  checkEndpoint,
  checkEndpointQuotas,
  checkImage,
  checkLambdaConcurrency,
  checkNode,
  checkServerlessPool,
  checkStack,
  checkTrainingQuota,
} from "./checks";
import { type Finding, right, skipped, wrong } from "./finding";
import {
  dockerProgram,
  findDocker,
  imagesInTemplate,
  readBootstrapVersion,
  readEndpoint,
  readEndpointConfigurations,
  readQuotas,
  readTemplate,
} from "./read-account";

/**
 * Returns the findings of all checks of a stage. A check that cannot be made is a finding, too.
 *
 * @param params.qualifier returns that of the CDK's bootstrap; what it throws is the finding of that check
 */
export async function checkStage(
  stage: OpenStage,
  params: { readonly config: StageConfig; readonly qualifier: () => string },
): Promise<readonly Finding[]> {
  const { config, qualifier } = params;
  return [
    ...(await checkMachine(config)),
    ...(await orUnchecked("bootstrap of the CDK", async () => [await checkBootstrapOf(stage, qualifier)])),
    ...(await orUnchecked("quotas", async () => await checkQuotas(stage, config))),
    ...(await orUnchecked("stacks", async () => await checkStacks(stage, config))),
    ...(await orUnchecked("images", async () => await checkImages(stage))),
    ...(await orUnchecked("endpoints", async () => await checkEndpoints(stage))),
    ...(await orUnchecked("seed", async () => await checkSeed(stage))),
  ];
}

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

async function checkBootstrapOf(stage: OpenStage, qualifier: () => string): Promise<Finding> {
  if (stage.local !== undefined) return skipped("bootstrap of the CDK", "the local start does it");
  const own = qualifier();
  return checkBootstrap(await readBootstrapVersion(new SSMClient(stage.settings), own), own);
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
    findings.push(checkStack({ stage: stage.stage, name, stack, missing }));
  }
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
  const isDeployed = (await describeStack(stage, "Inference")) !== undefined;
  const deployed = isDeployed
    ? await readEndpointConfigurations(stage.cloudFormation, stackName(stage.stage, "Inference"))
    : [];
  return await Promise.all(names.map(async (name) => checkEndpoint(name, await readEndpoint(client, name), deployed)));
}
