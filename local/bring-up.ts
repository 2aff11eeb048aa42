import { chmodSync, mkdirSync } from "node:fs";
import type { DatasetOnRequest } from "../naming/resource-names";
import { findPython } from "../tools/python/environments";
import type { Deployment } from "./cloud/deployment";
import { createLambdaApi } from "./cloud/lambda-api";
import { localRegion, type MiniStack } from "./cloud/ministack";
import type { SageMakerServer } from "./cloud/sagemaker-server";
import { signIn } from "./cloud/users";
import type { DisposalStack } from "./disposal-stack";
import { composeTwinkle } from "./first-composition";
import { type Outputs, writeOutputs } from "./outputs";
import type { LocalPaths } from "./paths";
import { type Clients, connectClients, keepCloud, startCloud, startSageMaker } from "./phases/cloud";
import { openConsole } from "./phases/console";
import { prepareEnvironments, prepareTrainer } from "./phases/environments";
import { openGateway, startReconciler } from "./phases/gateway";
import { type Addresses, chooseAddresses } from "./phases/ports";
import { buildMissingDatasets, requireStockModels, seedCloud, stopLostTrainings } from "./phases/seed";
import { deployStacks, planStacks } from "./phases/stacks";
import type { Progress } from "./progress";

/**
 * Brings the local cloud up, phase by phase, until the first composition is there.
 *
 * @returns `failed`, which rejects when a part that nothing works without has ended by itself
 */
export async function bringUp(params: {
  readonly options: {
    readonly once: boolean;
    readonly fresh: boolean;
    /** The data sets that are built besides the usual ones. */
    readonly datasets: readonly DatasetOnRequest[];
  };
  readonly paths: LocalPaths;
  /** Takes over every part that has to be ended, as soon as the part is there. */
  readonly parts: DisposalStack;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): Promise<{ readonly failed: Promise<never> }> {
  const { options, paths, parts, progress, signal } = params;
  makeFolders(paths);
  const stockModels = requireStockModels();
  const python = findPython();

  const { interpreters, assembly } = await prepareEnvironments({ python, paths, progress, signal });
  const plan = await planStacks({ isFreshAsked: options.fresh, assembly, paths, progress });
  const addresses = await chooseAddresses({ kept: plan.kind === "fresh" ? undefined : plan.kept.deployment });

  // A start with `--once` does not make this environment: it ends after its composition and would cut the making off.
  const trainer = options.once ? undefined : parts.use(prepareTrainer({ python, progress, signal }));
  const cloud = parts.use(await startCloud({ interpreters, addresses, paths, progress, signal }));
  const sageMakerServer = parts.use(await startSageMaker({ interpreters, addresses, paths, progress, signal }));
  signal.throwIfAborted();

  const lambda = createLambdaApi({ endpointUrl: addresses.awsEndpointUrl, region: localRegion });
  const deployment = await deployStacks({ plan, assembly, addresses, lambda, paths, progress, signal });

  const clients = parts.use(connectClients({ addresses }));
  if (plan.kind !== "fresh") await stopLostTrainings({ deployment, clients, progress });
  const { missing } = await seedCloud({ asked: options.datasets, stockModels, deployment, clients, progress, signal });
  parts.use(keepCloud({ miniStack: cloud.miniStack, deployment, progress, signal }));
  if (missing.length > 0 && trainer !== undefined) {
    parts.use(buildMissingDatasets({ missing, trainer, deployment, clients, paths, progress, signal }));
  }

  const gateway = parts.use(await openGateway({ deployment, addresses, paths, progress }));
  const studio = parts.use(await openConsole({ apiUrl: gateway.url, deployment, addresses, clients, progress }));
  parts.use(startReconciler({ lambda, deployment, progress, signal }));
  publishOutputs({
    file: paths.outputs,
    apiUrl: gateway.url,
    consoleUrl: studio.url,
    addresses,
    deployment,
    miniStack: cloud.miniStack,
    sageMakerServer,
  });
  progress.report(`the API is at ${gateway.url} (users, passwords and addresses: ${paths.outputs})`);
  if (!options.once) progress.report(`the console is at ${studio.url}`);

  const file = await composeFirst({ apiUrl: gateway.url, deployment, clients, paths, progress, signal });
  if (!options.once) progress.report(`everything is up; Ctrl-C ends it. The console is at ${studio.url}`);
  console.log(file);
  return { failed: cloud.failed };
}

function makeFolders(paths: LocalPaths): void {
  for (const folder of [paths.cloud, paths.sageMaker, paths.compositions, paths.logs, paths.temporary]) {
    mkdirSync(folder, { recursive: true });
    // An earlier version left these folders open to other users. Their parent is not ours if the user has named it, so
    // it keeps its permissions.
    chmodSync(folder, 0o700);
  }
}

/**
 * Writes the file that says that all parts are ready and where they listen, and writes it again when the SageMaker
 * server was started again.
 */
function publishOutputs(params: {
  readonly file: string;
  readonly apiUrl: string;
  readonly consoleUrl: string;
  readonly addresses: Addresses;
  readonly deployment: Deployment;
  readonly miniStack: MiniStack;
  readonly sageMakerServer: SageMakerServer;
}): void {
  const { file, apiUrl, consoleUrl, addresses, deployment, miniStack, sageMakerServer } = params;
  const { outputs, demoUser, secondUser } = deployment;
  const outputsWith = (sagemakerPid: number): Outputs => ({
    apiUrl,
    consoleUrl,
    region: localRegion,
    userPoolId: outputs.UserPoolId,
    userPoolClientId: outputs.UserPoolClientId,
    demoUser,
    secondUser,
    awsEndpointUrl: addresses.awsEndpointUrl,
    sagemakerEndpointUrl: addresses.sagemakerEndpointUrl,
    artifactsBucket: outputs.ArtifactsBucketName,
    workBucket: outputs.WorkBucketName,
    tableName: outputs.TableName,
    stateMachineArn: outputs.StateMachineArn,
    pids: { start: process.pid, ministack: miniStack.pid, sagemaker: sagemakerPid },
  });
  writeOutputs(file, outputsWith(sageMakerServer.pid()));
  sageMakerServer.onRestart((pid) => {
    writeOutputs(file, outputsWith(pid));
  });
}

/**
 * Composes the first piece through the API, as a user does.
 * @returns the path of the MIDI file
 */
async function composeFirst(params: {
  readonly apiUrl: string;
  readonly deployment: Deployment;
  readonly clients: Clients;
  readonly paths: LocalPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): Promise<string> {
  const { apiUrl, deployment, clients, paths, progress, signal } = params;
  const accessToken = await signIn({
    cognito: clients.cognito,
    userPoolClientId: deployment.outputs.UserPoolClientId,
    user: deployment.demoUser,
  });
  const { file } = await progress.step("Twinkle, Twinkle for four voices", async () => ({
    file: await composeTwinkle({
      apiUrl,
      accessToken,
      technique: "unet-gan",
      folder: paths.compositions,
      report: progress.report,
      signal,
    }),
  }));
  return file;
}
