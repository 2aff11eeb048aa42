/**
 * `npm start`: the whole of OpenComposer on this machine, and a first composition.
 *
 *   npm start                keeps running until Ctrl-C
 *   npm start -- --once      ends after the first composition
 *   npm start -- --fresh     forgets what an earlier start kept
 */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

import { resourcePrefix, techniqueIds } from "../naming/resource-names";
import { buildDataset } from "../tools/seeding/build-dataset";
import {
  builtDatasetFolder,
  committedDataset,
  isDatasetBuilt,
  seedCommittedCatalogue,
  seedDataset,
} from "../tools/seeding/stock-dataset";
import { readStockModels, seedStockModel } from "../tools/seeding/stock-models";
import { hashOfAssembly, readTemplate } from "./cloud/assembly";
import {
  type Deployment,
  bootstrap,
  deploy,
  describePlan,
  describeTime,
  planDeployment,
  readKeptCloud,
  removeState,
  synthesise,
} from "./cloud/deployment";
import { adoptEarlierState } from "./cloud/earlier-state";
import { createEndpoint } from "./cloud/endpoints";
import { createLambdaApi } from "./cloud/lambda-api";
import { LOCAL_CREDENTIALS, REQUESTS_AT_ONCE, startMiniStack, waitForEarlier } from "./cloud/ministack";
import { startSageMakerServer } from "./cloud/sagemaker-server";
import { takeSnapshots } from "./cloud/snapshot-schedule";
import { rowsOfTrainingJobs, stopTrainingsWithoutRow } from "./cloud/trainings-without-row";
import { randomPassword, seedUser, signIn } from "./cloud/users";
import { composeTwinkle } from "./first-composition";
import { createTokenCheck } from "./gateway/access-tokens";
import { corsOfTemplate } from "./gateway/cors";
import { startGateway } from "./gateway/gateway";
import { takeInstanceLock } from "./instance-lock";
import { type Outputs, removeOutputs, writeOutputs } from "./outputs";
import { localPaths } from "./paths";
import { datasetCache, repository } from "../tools/repository";
import { outliveReaders } from "../tools/processes/closed-output";
import { freePort, isPortFree } from "../tools/processes/free-port";
import { environmentPython, findPython, makeEnvironments, waitingCommand } from "../tools/python/environments";

/** The region that the local stacks believe to be in. */
const REGION = "eu-west-1";
/** On AWS the sweeper runs every few minutes; a schedule cannot be shorter than one. */
const SWEEP_MILLISECONDS = 3_000;

const started = Date.now();
const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;
const stamped = (line: string): string => `[${seconds(started).padStart(7)}] ${line}`;
/** The steps, on standard output, whose last line is the path of the MIDI file. */
const say = (line: string): void => {
  console.log(stamped(line));
};
/** What comes beside the steps or after them: on standard error. */
const note = (line: string): void => {
  console.error(stamped(line));
};

/** What a step leaves to undo, undone in the opposite order. */
type Undo = () => Promise<void> | void;

async function main(): Promise<number> {
  // What we and all that we start write is for this user alone: passwords, signing keys, everybody's music.
  process.umask(0o077);
  outliveReaders();
  const { values: options } = parseArgs({
    options: { once: { type: "boolean", default: false }, fresh: { type: "boolean", default: false } },
  });
  const paths = localPaths();
  const undo: Undo[] = [];
  const ending = new AbortController();
  const { signal } = ending;

  let releaseLock: () => void;
  try {
    releaseLock = takeInstanceLock(paths.lock);
  } catch (problem) {
    // Nothing in the folder is ours, so there is nothing to undo.
    console.error(messageOf(problem));
    return 1;
  }
  const shutDown = shutDownOnce(async () => {
    ending.abort();
    removeOutputs(paths.outputs);
    let failures = 0;
    for (const step of undo.reverse()) {
      try {
        await step();
      } catch (problem) {
        failures += 1;
        console.error(`While ending: ${messageOf(problem)}`);
      }
    }
    rmSync(paths.temporary, { recursive: true, force: true });
    releaseLock();
    return failures === 0;
  });
  const interrupt = { asked: false };
  const interrupted = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      // npm passes a Ctrl-C on that the terminal has sent us already: the second one asks for nothing new.
      process.on(name, () => {
        if (interrupt.asked) return;
        interrupt.asked = true;
        note("ending");
        ending.abort();
        resolve();
      });
    }
  });
  process.on("uncaughtException", (problem) => {
    console.error(problem);
    process.exitCode = 1;
    void shutDown().finally(() => process.exit(1));
  });

  try {
    removeOutputs(paths.outputs);
    const { failed } = await bringUp({ options, paths, undo, signal });
    if (!options.once) await Promise.race([interrupted, failed]);
    return (await shutDown()) ? 0 : 1;
  } catch (problem) {
    if (interrupt.asked) {
      const isWhole = await shutDown();
      // Asked to end before the composition was there: `--once` has not done what it is for.
      return options.once || !isWhole ? 1 : 0;
    }
    console.error(`\nnpm start failed: ${messageOf(problem)}`);
    console.error(`Logs: ${paths.logs} and ${join(paths.cloud, "ministack.log")}`);
    await shutDown();
    return 1;
  }
}

async function bringUp(params: {
  readonly options: { readonly once: boolean; readonly fresh: boolean };
  readonly paths: ReturnType<typeof localPaths>;
  readonly undo: Undo[];
  readonly signal: AbortSignal;
  /** `failed` rejects when a part that nothing works without has ended by itself. */
}): Promise<{ readonly failed: Promise<never> }> {
  const { options, paths, undo, signal } = params;
  for (const folder of [paths.cloud, paths.sageMaker, paths.compositions, paths.logs, paths.temporary]) {
    mkdirSync(folder, { recursive: true });
    // An earlier version left them open to other users. The folder around them is not ours where it was asked for.
    chmodSync(folder, 0o700);
  }

  // What needs no other step: Python's side, and the templates.
  const stockModels = readStockModels(join(repository, "models"));
  if (stockModels.length === 0) throw new Error(`There is no stock model under ${join(repository, "models")}.`);
  const python = findPython();
  await Promise.all([
    step("Python environments cloud and inference", async () => {
      await makeEnvironments({ names: ["cloud", "inference"], python, report: say, signal });
    }),
    step("templates of the stacks (cdk synth)", async () =>
      (await synthesise({ paths, region: REGION, signal })) ? undefined : "unchanged",
    ),
  ]);
  const assembly = hashOfAssembly(paths.assembly);

  await waitForEarlier(paths.cloud);
  if (!options.fresh) adoptEarlierState(paths);
  const plan = planDeployment({
    kept: options.fresh ? undefined : readKeptCloud(paths),
    assembly,
    freshAsked: options.fresh,
  });
  say(describePlan(plan, new Date()));
  if (plan.kind === "fresh") removeState(paths);
  const kept = plan.kind === "fresh" ? undefined : plan.kept.deployment;
  const ports = await choosePorts(kept);

  const awsEndpointUrl = `http://127.0.0.1:${ports.cloud}`;
  const sagemakerEndpointUrl = `http://127.0.0.1:${ports.sageMaker}`;
  // The trainer's environment has PyTorch in it: minutes when it is not there yet. Jobs started before wait for it. A start
  // that ends after its composition would break it off.
  const trainer = options.once
    ? Promise.resolve(false)
    : background({
        signal,
        undo,
        work: async () => {
          await makeEnvironments({ names: ["training"], python, report: note, signal });
        },
      });
  const cloud = await step("MiniStack", async () => {
    const miniStack = await startMiniStack({
      python: environmentPython("cloud"),
      directory: paths.cloud,
      region: REGION,
      port: ports.cloud,
      persist: true,
      environment: {
        AWS_ENDPOINT_URL_SAGEMAKER: sagemakerEndpointUrl,
        AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: sagemakerEndpointUrl,
        NODE_NO_WARNINGS: "1",
      },
      signal,
    });
    undo.push(async () => {
      const { notKept } = await miniStack.stop();
      if (notKept === undefined) return;
      const last = readKeptCloud(paths);
      throw new Error(
        `the cloud's last minutes could not be kept: ${notKept}. ` +
          (last === undefined
            ? "Nothing is kept."
            : `The next start goes on with the snapshot of ${describeTime(last.takenAt, new Date())}; what came after it is lost.`),
      );
    });
    return miniStack;
  });
  const failed = cloud.exited.then((): never => {
    throw new Error(`MiniStack ended by itself. Its log: ${cloud.logFile}`);
  });
  // Until somebody waits for it; while it ends with us it is no failure.
  failed.catch(() => undefined);
  const sageMakerServer = await step("SageMaker server", async () => {
    const server = await startSageMakerServer({
      paths,
      port: ports.sageMaker,
      region: REGION,
      awsEndpointUrl,
      trainingCommand: waitingCommand({ basePython: python, name: "training" }),
      inferencePython: environmentPython("inference"),
      report: note,
      signal,
    });
    undo.push(async () => {
      await server.stop(3_500);
    });
    return server;
  });
  signal.throwIfAborted();

  const lambda = createLambdaApi({ endpointUrl: awsEndpointUrl, region: REGION });
  const outputs = await step("stacks (cdk deploy)", async () => {
    if (plan.kind === "fresh") await bootstrap({ paths, endpointUrl: awsEndpointUrl, region: REGION, signal });
    if (plan.kind === "keep") {
      await lambda.restartStreamSources();
      return plan.kept.deployment.outputs;
    }
    try {
      const deployed = await deploy({ paths, endpointUrl: awsEndpointUrl, region: REGION, signal });
      if (plan.kind === "update") await lambda.restartStreamSources();
      return deployed;
    } catch (problem) {
      if (plan.kind !== "update") throw problem;
      throw new Error(
        `${messageOf(problem)}\nWhat was in the cloud is kept. To begin anew instead: npm start -- --fresh`,
        {
          cause: problem,
        },
      );
    }
  });
  const deployment: Deployment = {
    schemaVersion: 2,
    ...assembly,
    ports,
    outputs,
    demoUser: kept?.demoUser ?? { username: "demo", password: randomPassword() },
    secondUser: kept?.secondUser ?? { username: "second", password: randomPassword() },
  };

  const client = { endpoint: awsEndpointUrl, region: REGION, credentials: LOCAL_CREDENTIALS };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(client), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const cognito = new CognitoIdentityProviderClient(client);
  const sageMaker = new SageMakerClient({ ...client, endpoint: sagemakerEndpointUrl });
  undo.push(() => {
    for (const one of [s3, table, cognito, sageMaker]) one.destroy();
  });
  const places = { artefactsBucket: outputs.ArtefactsBucketName, tableName: outputs.TableName };

  // Before the gateway is there, so that nobody creates a job meanwhile.
  if (plan.kind !== "fresh") {
    const hasRow = rowsOfTrainingJobs(table, outputs.TableName);
    const stopped = await stopTrainingsWithoutRow({ sageMaker, hasRow });
    if (stopped.length > 0) {
      say(`trainings stopped whose job is not in the cloud that is gone on with: ${stopped.join(", ")}`);
    }
  }

  const dataset = committedDataset(repository);
  const seedBuiltDataset = async (): Promise<void> => {
    await seedDataset({ folder: builtDatasetFolder(datasetCache, dataset), s3, table, ...places });
  };
  const hasDataset = isDatasetBuilt(datasetCache, dataset);
  await Promise.all([
    ...techniqueIds.map(async (technique) => {
      await step(`endpoint of ${technique}`, async () => {
        await createEndpoint({ sageMaker, technique, roleArn: outputs.TrainingRoleArn, signal });
      });
    }),
    step("users", async () => {
      for (const user of [deployment.demoUser, deployment.secondUser]) {
        await seedUser({ cognito, userPoolId: outputs.UserPoolId, user });
      }
    }),
    step("stock models", async () => {
      for (const stockModel of stockModels) await seedStockModel({ stockModel, s3, table, ...places });
      return stockModels.map(({ id }) => id).join(", ");
    }),
    hasDataset
      ? step(`data set ${dataset.id}`, seedBuiltDataset)
      : seedCommittedCatalogue({ repository, table, tableName: outputs.TableName }),
  ]);
  // From here on its state is kept. A start that failed before leaves what an earlier one kept as it was.
  void background({
    signal,
    undo,
    work: async () => {
      await takeSnapshots({ take: async () => await cloud.snapshot(deployment), report: note, signal });
    },
  });

  if (!hasDataset && !options.once) {
    say(`data set ${dataset.id}: it is built in the background; training jobs wait for it, composing does not`);
    void background({
      signal,
      undo,
      work: async () => {
        const began = Date.now();
        // Why not has been said.
        if (!(await trainer)) return;
        await buildDataset({ cache: datasetCache, report: note, logFile: join(paths.logs, "dataset.log"), signal });
        await seedBuiltDataset();
        note(`data set ${dataset.id}: ready after ${seconds(began)}`);
      },
    });
  }

  const gateway = await step("gateway", async () => {
    const cors = corsOfTemplate(readTemplate(paths.assembly, `${resourcePrefix("local")}-Api`));
    const made = await startGateway({
      port: ports.gateway,
      endpointUrl: awsEndpointUrl,
      apiId: outputs.ApiId,
      cors,
      checkToken: await createTokenCheck({
        endpointUrl: awsEndpointUrl,
        userPoolId: outputs.UserPoolId,
        userPoolClientId: outputs.UserPoolClientId,
      }),
      requestsAtOnce: REQUESTS_AT_ONCE,
    });
    undo.push(made.stop);
    return made;
  });
  void background({
    signal,
    undo,
    work: async () => {
      await sweep({
        invoke: async () => {
          await lambda.invoke(outputs.SweepFunctionName, {});
        },
        signal,
      });
    },
  });

  const outputsOf = (sagemakerPid: number): Outputs => ({
    apiUrl: gateway.url,
    region: REGION,
    userPoolId: outputs.UserPoolId,
    userPoolClientId: outputs.UserPoolClientId,
    demoUser: deployment.demoUser,
    secondUser: deployment.secondUser,
    awsEndpointUrl,
    sagemakerEndpointUrl,
    artefactsBucket: outputs.ArtefactsBucketName,
    workBucket: outputs.WorkBucketName,
    tableName: outputs.TableName,
    stateMachineArn: outputs.StateMachineArn,
    pids: { start: process.pid, ministack: cloud.pid, sagemaker: sagemakerPid },
  });
  writeOutputs(paths.outputs, outputsOf(sageMakerServer.pid()));
  sageMakerServer.onRestart((pid) => {
    writeOutputs(paths.outputs, outputsOf(pid));
  });
  say(`the API is at ${gateway.url} (users, passwords and addresses: ${paths.outputs})`);

  const accessToken = await signIn({ cognito, userPoolClientId: outputs.UserPoolClientId, user: deployment.demoUser });
  const file = await step("Twinkle, Twinkle for four voices", async () => {
    return await composeTwinkle({
      apiUrl: gateway.url,
      accessToken,
      technique: "unet-gan",
      folder: paths.compositions,
      report: say,
      signal,
    });
  });
  if (!options.once) say("everything is up; Ctrl-C ends it");
  console.log(file);
  return { failed };
}

/** Runs a step and prints how long it took, with what it says of itself. */
async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const began = Date.now();
  try {
    const result = await work();
    const note = typeof result === "string" && !name.startsWith("Twinkle") ? ` (${result})` : "";
    say(`${name}: ${seconds(began)}${note}`);
    return result;
  } catch (problem) {
    throw new Error(`${name}: ${messageOf(problem)}`, { cause: problem });
  }
}

/**
 * Starts work that nothing waits for but the end. What goes wrong in it is said, and ends nothing else.
 *
 * @returns whether it went well
 */
async function background(params: {
  readonly work: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly undo: Undo[];
}): Promise<boolean> {
  const { work, signal, undo } = params;
  const done = work().then(
    () => true,
    (problem: unknown) => {
      if (!signal.aborted) note(messageOf(problem));
      return false;
    },
  );
  undo.push(async () => {
    await done;
  });
  return await done;
}

/** Invokes the sweeper again and again; a sweep that fails is said once, until one works again. */
async function sweep(params: { readonly invoke: () => Promise<void>; readonly signal: AbortSignal }): Promise<void> {
  const { invoke, signal } = params;
  let complained = false;
  for (;;) {
    try {
      await invoke();
      complained = false;
    } catch (problem) {
      if (!complained && !isAborted(signal)) console.error(`The sweeper failed: ${messageOf(problem)}`);
      complained = true;
    }
    try {
      await sleep(SWEEP_MILLISECONDS, undefined, { signal });
    } catch {
      return;
    }
  }
}

async function choosePorts(kept: Deployment | undefined): Promise<Deployment["ports"]> {
  if (kept !== undefined && !(await becomesFree([kept.ports.cloud, kept.ports.sageMaker]))) {
    throw new Error(
      `Port ${kept.ports.cloud} or ${kept.ports.sageMaker}, which your local cloud was made with, is in use by another ` +
        "program. End that program, or begin with an empty cloud: npm start -- --fresh",
    );
  }
  const cloud = kept?.ports.cloud ?? (await freePort());
  const sageMaker = kept?.ports.sageMaker ?? (await freePort());
  const gateway = await freePort(kept?.ports.gateway);
  return { cloud, sageMaker, gateway };
}

/** Whether nothing listens on the ports: soon, because what a killed start left behind takes seconds to end. */
async function becomesFree(ports: readonly number[]): Promise<boolean> {
  const deadline = Date.now() + 12_000;
  for (;;) {
    const free = await Promise.all(ports.map(isPortFree));
    if (free.every(Boolean)) return true;
    if (Date.now() > deadline) return false;
    await sleep(250);
  }
}

/** @returns whether everything ended as it should */
function shutDownOnce(work: () => Promise<boolean>): () => Promise<boolean> {
  let running: Promise<boolean> | undefined;
  return async () => {
    running ??= work();
    return await running;
  };
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

main()
  .then((code) => {
    process.exit(code);
  })
  .catch((problem: unknown) => {
    console.error(problem);
    process.exit(1);
  });
