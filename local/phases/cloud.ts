import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type BackgroundWork, startInBackground } from "../background-work";
import { type Deployment, describeTime, readKeptCloud } from "../cloud/deployment";
import { localCredentials, localRegion, type MiniStack, startMiniStack } from "../cloud/ministack";
import { type SageMakerServer, startSageMakerServer } from "../cloud/sagemaker-server";
import { takeSnapshots } from "../cloud/snapshot-schedule";
import type { LocalPaths } from "../paths";
import type { Progress } from "../progress";
import type { Interpreters } from "./environments";
import type { Addresses } from "./ports";

/** The clients of the services that a start calls. */
export interface Clients extends AsyncDisposable {
  readonly s3: S3Client;
  readonly table: DynamoDBDocumentClient;
  readonly cognito: CognitoIdentityProviderClient;
  readonly sageMaker: SageMakerClient;
}

export interface Cloud extends AsyncDisposable {
  readonly miniStack: MiniStack;
  /** Rejects when MiniStack, without which nothing works, has ended by itself. */
  readonly failed: Promise<never>;
}

/** Starts MiniStack. Its disposal throws if the last snapshot of a cloud that is kept could not be taken. */
export async function startCloud(params: {
  readonly interpreters: Interpreters;
  readonly addresses: Addresses;
  readonly paths: LocalPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): Promise<Cloud> {
  const { interpreters, addresses, paths, progress, signal } = params;
  const miniStack = await progress.step(
    "MiniStack",
    async () =>
      await startMiniStack({
        python: interpreters.cloud,
        directory: paths.cloud,
        region: localRegion,
        port: addresses.ports.cloud,
        persist: true,
        environment: {
          AWS_ENDPOINT_URL_SAGEMAKER: addresses.sagemakerEndpointUrl,
          AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: addresses.sagemakerEndpointUrl,
          NODE_NO_WARNINGS: "1",
        },
        signal,
      }),
  );
  const failed = miniStack.exited.then((): never => {
    throw new Error(`MiniStack ended by itself. Its log: ${miniStack.logFile}`);
  });
  // Perhaps nobody waits for this promise yet, and then its rejection must not end the process. When MiniStack ends
  // together with this start, the rejection is no failure.
  failed.catch(() => undefined);
  return {
    miniStack,
    failed,
    [Symbol.asyncDispose]: async () => {
      const { notKept } = await miniStack.stop();
      if (notKept === undefined) return;
      const last = readKeptCloud(paths);
      throw new Error(
        `the cloud's last minutes could not be kept: ${notKept}. ` +
          (last === undefined
            ? "Nothing is kept."
            : `The next start goes on with the snapshot of ${describeTime(last.takenAt, new Date())}; what came after it is lost.`),
      );
    },
  };
}

/** Starts the local SageMaker beside MiniStack. */
export async function startSageMaker(params: {
  readonly interpreters: Interpreters;
  readonly addresses: Addresses;
  readonly paths: LocalPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): Promise<SageMakerServer & AsyncDisposable> {
  const { interpreters, addresses, paths, progress, signal } = params;
  const server = await progress.step(
    "SageMaker server",
    async () =>
      await startSageMakerServer({
        paths,
        port: addresses.ports.sageMaker,
        region: localRegion,
        awsEndpointUrl: addresses.awsEndpointUrl,
        trainingCommand: interpreters.trainingCommand,
        inferencePython: interpreters.inference,
        report: progress.warn,
        signal,
      }),
  );
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await server.stop(3_500);
    },
  };
}

/** Creates the clients. Their disposal closes their connections. */
export function connectClients(params: { readonly addresses: Addresses }): Clients {
  const { awsEndpointUrl, sagemakerEndpointUrl } = params.addresses;
  const client = { endpoint: awsEndpointUrl, region: localRegion, credentials: localCredentials };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(client), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const cognito = new CognitoIdentityProviderClient(client);
  const sageMaker = new SageMakerClient({ ...client, endpoint: sagemakerEndpointUrl });
  return {
    s3,
    table,
    cognito,
    sageMaker,
    [Symbol.asyncDispose]: async () => {
      for (const one of [s3, table, cognito, sageMaker]) one.destroy();
      await Promise.resolve();
    },
  };
}

/** Keeps the cloud's state from now on. A start that failed before this leaves everything as an earlier one kept it. */
export function keepCloud(params: {
  readonly miniStack: MiniStack;
  readonly deployment: Deployment;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): BackgroundWork {
  const { miniStack, deployment, progress, signal } = params;
  return startInBackground({
    signal,
    warn: progress.warn,
    work: async () => {
      await takeSnapshots({
        take: async () => await miniStack.snapshot(deployment),
        report: progress.warn,
        signal,
      });
    },
  });
}
