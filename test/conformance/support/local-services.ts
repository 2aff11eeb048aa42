import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { SQSClient } from "@aws-sdk/client-sqs";
import { localCredentials, type MiniStack, startMiniStack } from "../../../local/cloud/ministack";
import type { LocalSageMakerConfigInput } from "../../../local/sagemaker/config";
import type { Fault } from "../../../local/sagemaker/fault-injection";
import { type LocalSageMaker, startLocalSageMaker } from "../../../local/sagemaker/server";
import { localAccountId } from "../../../naming/resource-names";
import { cloudPython } from "./python";
import { checkResponsesOf } from "./wire-check";

export const region = "eu-central-1";
export const bucket = "conformance";
export const imageUri = "local/tiny:1";
export const role = `arn:aws:iam::${localAccountId}:role/training`;

const train = join(__dirname, "train.mjs");
const serve = join(__dirname, "serve.mjs");

/** A real S3 and event bus, and a local SageMaker that uses them, for one test file. */
export interface LocalServices {
  readonly directory: string;
  readonly ministack: MiniStack;
  readonly config: LocalSageMakerConfigInput;
  readonly sagemakerUrl: string;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly s3: S3Client;
  readonly events: EventBridgeClient;
  readonly sqs: SQSClient;
  readonly stop: () => Promise<void>;
}

/** @param overrides of the SageMaker server's configuration */
export async function startLocalServices(overrides: Partial<LocalSageMakerConfigInput> = {}): Promise<LocalServices> {
  const { directory, ministack, s3, events, sqs, stop: stopCloud } = await startCloud();
  let server: LocalSageMaker | undefined;
  try {
    const config = sagemakerConfig({ directory, endpointUrl: ministack.endpointUrl, overrides });
    server = await startLocalSageMaker(config);
    const { url } = server;
    const { sagemaker, runtime } = sagemakerClients(url);
    return {
      directory,
      ministack,
      config,
      sagemakerUrl: url,
      sagemaker,
      runtime,
      s3,
      events,
      sqs,
      stop: async () => {
        await server?.stop();
        await stopCloud();
      },
    };
  } catch (error) {
    await server?.stop();
    await stopCloud();
    throw error;
  }
}

export interface Cloud {
  readonly directory: string;
  readonly ministack: MiniStack;
  readonly s3: S3Client;
  readonly events: EventBridgeClient;
  readonly sqs: SQSClient;
  readonly stop: () => Promise<void>;
}

/** The cloud without a SageMaker, with one bucket. */
export async function startCloud(): Promise<Cloud> {
  const directory = mkdtempSync(join(tmpdir(), "opencomposer-conformance-"));
  try {
    const ministack = await startMiniStack({
      python: cloudPython(),
      directory: join(directory, "cloud"),
      region,
      persist: false,
    });
    const client = { region, endpoint: ministack.endpointUrl, credentials: { ...localCredentials } };
    const s3 = new S3Client({ ...client, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    return {
      directory,
      ministack,
      s3,
      events: new EventBridgeClient(client),
      sqs: new SQSClient(client),
      stop: async () => {
        await ministack.stop();
        rmSync(directory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
}

export function sagemakerConfig(params: {
  readonly directory: string;
  readonly endpointUrl: string;
  readonly overrides?: Partial<LocalSageMakerConfigInput>;
}): LocalSageMakerConfigInput {
  return {
    port: 0,
    region,
    accountId: localAccountId,
    stateDirectory: join(params.directory, "sagemaker"),
    aws: {
      endpointUrl: params.endpointUrl,
      accessKeyId: localCredentials.accessKeyId,
      secretAccessKey: localCredentials.secretAccessKey,
    },
    images: {
      [imageUri]: {
        train: { command: [process.execPath, train], environment: { FROM_IMAGE: "yes" } },
        serve: { command: [process.execPath, serve] },
      },
    },
    stopGraceSeconds: 1,
    serveStopGraceSeconds: 1,
    checkpointSyncSeconds: 0.1,
    strictResponses: true,
    ...params.overrides,
  };
}

/**
 * The public SDK clients, told nothing but the address. They fail on any response that the service model does not
 * allow.
 */
export function sagemakerClients(endpoint: string): { sagemaker: SageMakerClient; runtime: SageMakerRuntimeClient } {
  const client = { region, endpoint, credentials: { ...localCredentials }, maxAttempts: 1 };
  const sagemaker = new SageMakerClient(client);
  const runtime = new SageMakerRuntimeClient(client);
  checkResponsesOf(sagemaker, runtime);
  return { sagemaker, runtime };
}

export async function injectFault(
  services: Pick<LocalServices, "sagemakerUrl">,
  faults: Fault | Fault[] | object,
): Promise<Response> {
  return await fetch(`${services.sagemakerUrl}/_local/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(faults),
  });
}

export async function putObject(
  services: Pick<LocalServices, "s3">,
  key: string,
  content: string | Uint8Array,
): Promise<void> {
  await services.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
}

/** The object's content, or nothing where there is none. */
export async function getObject(services: Pick<LocalServices, "s3">, key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await services.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body === undefined ? undefined : Buffer.from(await Body.transformToByteArray());
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchKey") return undefined;
    throw error;
  }
}

export async function listKeys(services: Pick<LocalServices, "s3">, prefix: string): Promise<string[]> {
  const { Contents = [] } = await services.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Contents.flatMap(({ Key }) => Key ?? []).sort();
}
