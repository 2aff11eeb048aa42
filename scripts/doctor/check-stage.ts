/** Runs all checks: asks this machine and AWS, and has checks.ts judge what they say. */
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
  consoleStack,
  type DescribedStack,
  describeStack,
  findStacks,
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
import { checkConsole } from "./check-console";
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
  notDeployed,
} from "./checks";
import { type Finding, inOneLine, right, skipped, wrong } from "./finding";
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

/** What a check is called, and what finds it out. */
type Check = readonly [name: string, findings: () => readonly Finding[] | Promise<readonly Finding[]>];

/** Checks this machine, which is asked without credentials. Each finding comes as soon as it is known. */
export async function* checkMachine(config: StageConfig): AsyncGenerator<Finding> {
  const docker = dockerProgram(process.env);
  const checks: readonly Check[] = [
    ["Node", () => [checkNode(process.version)]],
    ["Python", () => [right("Python", findPython())]],
    ["Docker", async () => [checkDocker(await findDocker(docker), config)]],
    ["base image", async () => await checkBaseImages(docker, config)],
  ];
  yield* findingsOf(checks, (error) => error);
}

/**
 * Checks a stage and its account. Each finding comes as soon as it is known, and first come those that have to be right
 * before a deploy. A stage of which nothing is deployed has one line for all that a deploy makes.
 *
 * @param params.qualifier returns that of the CDK's bootstrap; what it throws is the finding of that check
 */
export async function* checkStage(
  stage: OpenStage,
  params: { readonly config: StageConfig; readonly qualifier: () => string },
): AsyncGenerator<Finding> {
  const { config, qualifier } = params;
  yield* findingsOf(
    [
      ["bootstrap of the CDK", async () => [await checkBootstrapOf(stage, qualifier)]],
      ["quotas", async () => await checkQuotas(stage, config)],
    ],
    stage.explain,
  );
  // It stays false where the stacks could not be described: nothing is known of them then.
  const deployment = { isAbsent: false };
  const checkStacks = async (): Promise<readonly Finding[]> => {
    const names = stacksOf(config);
    const stacks = await findStacks(stage, names);
    deployment.isAbsent = stacks.size === 0;
    if (deployment.isAbsent) return [notDeployed(stage.stage)];
    return names.map((name) => checkStackOf(stage, name, stacks.get(name)));
  };
  yield* findingsOf([["stacks", checkStacks]], stage.explain);
  if (deployment.isAbsent) return;
  yield* findingsOf(
    [
      ["images", async () => await checkImages(stage)],
      ["endpoints", async () => await checkEndpoints(stage)],
      ["seed", async () => await checkSeed(stage)],
      ["console", async () => await checkConsole(stage)],
    ],
    stage.explain,
  );
}

/** A check that cannot be made is a finding in place of the end of all checks: a right is often missing. */
async function* findingsOf(checks: readonly Check[], explain: (error: unknown) => unknown): AsyncGenerator<Finding> {
  for (const [check, findings] of checks) {
    try {
      yield* await findings();
    } catch (error) {
      const reason = inOneLine(explain(error)).replace(/\.$/, "");
      yield wrong(check, `could not be checked: ${reason}`, "Check it by hand.");
    }
  }
}

async function checkBootstrapOf(stage: OpenStage, qualifier: () => string): Promise<Finding> {
  if (stage.local !== undefined) return skipped("bootstrap of the CDK", "the local start does it");
  const own = qualifier();
  return checkBootstrap(await readBootstrapVersion(new SSMClient(stage.settings), own), own);
}

async function checkBaseImages(docker: string, config: StageConfig): Promise<readonly Finding[]> {
  if (!buildsImages(config)) return [];
  const bases = basesOf(readFileSync(join(repository, "sagemaker-containers", "Dockerfile"), "utf8"));
  return await Promise.all(bases.map(async (base) => checkBaseImage(base, await askRegistry(docker, base))));
}

/** The stacks that a stage has, by its settings. */
function stacksOf({ console, endpoints, alarms }: StageConfig): readonly StackName[] {
  const leftOut: Partial<Record<StackName, boolean>> = {
    Console: console.kind === "none",
    Inference: endpoints === undefined,
    Observability: alarms === undefined,
  };
  return stackNames.filter((name) => leftOut[name] !== true);
}

function checkStackOf({ stage }: OpenStage, name: StackName, stack: DescribedStack | undefined): Finding {
  const schema = [storageStack, consoleStack, apiStack, trainingStack].find((known) => known.name === name)?.outputs;
  const missing = schema?.safeParse(stack?.outputs ?? {}).error?.issues.map(({ path }) => path.join(".")) ?? [];
  return checkStack({ stage, name, stack, missing });
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
