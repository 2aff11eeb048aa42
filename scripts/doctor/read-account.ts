/** Asks AWS, and this machine, what the checks of `npm run doctor` are about. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  type CloudFormationClient,
  GetTemplateCommand,
  paginateListStackResources,
} from "@aws-sdk/client-cloudformation";
import { GetObjectCommand, NoSuchKey, type S3Client } from "@aws-sdk/client-s3";
import { DescribeEndpointCommand, type SageMakerClient, SageMakerServiceException } from "@aws-sdk/client-sagemaker";
import {
  paginateListAWSDefaultServiceQuotas,
  paginateListServiceQuotas,
  type ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { GetParameterCommand, ParameterNotFound, type SSMClient } from "@aws-sdk/client-ssm";
import * as z from "zod";
import { sha256Of } from "../../domain/digest";
import { datasetPrefix } from "../../naming/object-keys";
import { digestOfShards } from "../../tools/seeding/dataset-shards";
import type { DatasetManifest } from "../../tools/seeding/stock-dataset";
import { type EcrImage, parseEcrImage } from "../images/ecr-image";
import type { Docker, EndpointState, Quota } from "./checks";

const dockerInfoSchema = z.object({
  ServerVersion: z.string().min(1),
  DriverStatus: z.array(z.array(z.string())).nullish(),
});

/** Returns what Docker says of itself, from the JSON of `docker info`; undefined if it is no JSON of a running Docker. */
export function parseDockerInfo(text: string): Docker | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  const info = dockerInfoSchema.safeParse(content);
  if (!info.success) return undefined;
  const { ServerVersion: version, DriverStatus } = info.data;
  return { version, usesContainerd: (DriverStatus ?? []).flat().some((value) => value.startsWith("io.containerd.")) };
}

/** Returns the program that the CDK builds and pushes images with: CDK_DOCKER, or else docker. */
export const dockerProgram = (environment: NodeJS.ProcessEnv): string => environment["CDK_DOCKER"] ?? "docker";

export async function findDocker(program: string): Promise<Docker | undefined> {
  try {
    const { stdout } = await promisify(execFile)(program, ["info", "--format", "{{json .}}"], { timeout: 30_000 });
    return parseDockerInfo(stdout);
  } catch {
    // There is no Docker, or its daemon does not run. Both are one finding.
    return undefined;
  }
}

/** Returns the version of the CDK's bootstrap stack, which it writes into a parameter; undefined if there is none. */
export async function readBootstrapVersion(ssm: SSMClient, qualifier: string): Promise<number | undefined> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: `/cdk-bootstrap/${qualifier}/version` }));
    return Parameter?.Value === undefined ? undefined : Number(Parameter.Value);
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

/**
 * Returns the quotas of a service. Those without a value of this account have the default of AWS, and only the list of
 * defaults has them (API_ListServiceQuotas).
 */
export async function readQuotas(client: ServiceQuotasClient, serviceCode: string): Promise<readonly Quota[]> {
  const quotas = new Map<string, number>();
  for (const paginate of [paginateListAWSDefaultServiceQuotas, paginateListServiceQuotas]) {
    // Each list gets a query of its own: the SDK writes the token of the next page into it.
    for await (const { Quotas = [] } of paginate({ client }, { ServiceCode: serviceCode, MaxResults: 100 })) {
      for (const { QuotaName, Value } of Quotas) {
        if (QuotaName !== undefined && Value !== undefined) quotas.set(QuotaName, Value);
      }
    }
  }
  return [...quotas].map(([name, value]) => ({ name, value }));
}

/** Returns the state of an endpoint; undefined if there is none. SageMaker says so by a ValidationException. */
export async function readEndpoint(client: SageMakerClient, name: string): Promise<EndpointState | undefined> {
  try {
    const found = await client.send(new DescribeEndpointCommand({ EndpointName: name }));
    return {
      status: found.EndpointStatus ?? "UNKNOWN",
      configuration: found.EndpointConfigName,
      failureReason: found.FailureReason,
    };
  } catch (error) {
    if (error instanceof SageMakerServiceException && /not find|does not exist/i.test(error.message)) return undefined;
    throw error;
  }
}

/** Returns the names of the endpoint configurations that a stack has. CloudFormation knows each by its ARN. */
export async function readEndpointConfigurations(
  client: CloudFormationClient,
  stackName: string,
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client },
    { StackName: stackName },
  )) {
    for (const { ResourceType, PhysicalResourceId: id } of StackResourceSummaries) {
      if (ResourceType === "AWS::SageMaker::EndpointConfig" && id !== undefined) names.push(id.replace(/^.*\//, ""));
    }
  }
  return names;
}

/** Returns the hexadecimal SHA-256 of an object's content; undefined if there is no object. */
export async function digestOfObject(s3: S3Client, bucket: string, key: string): Promise<string | undefined> {
  const content = await readObject(s3, bucket, key);
  return content === undefined ? undefined : sha256Of(content);
}

/**
 * Returns the digest of the pieces of a data set in a bucket, of which its manifest speaks, undefined if a shard is not
 * there, and "damaged" if one cannot be unpacked.
 */
export async function digestOfDataset(
  s3: S3Client,
  bucket: string,
  dataset: DatasetManifest,
): Promise<string | undefined> {
  const shards: Uint8Array[] = [];
  for (const { file } of dataset.shards) {
    const content = await readObject(s3, bucket, `${datasetPrefix(dataset)}${file}`);
    if (content === undefined) return undefined;
    shards.push(content);
  }
  try {
    return digestOfShards(shards);
  } catch {
    return "damaged";
  }
}

async function readObject(s3: S3Client, Bucket: string, Key: string): Promise<Uint8Array | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (error instanceof NoSuchKey) return undefined;
    throw error;
  }
}

/**
 * Returns the images in ECR that a template names, each once. The CDK writes an image's URI as one text with the account
 * and the Region as variables.
 */
export function imagesInTemplate(
  template: unknown,
  { account, region }: { readonly account: string; readonly region: string },
): readonly EcrImage[] {
  const images = new Map<string, EcrImage>();
  const visit = (value: unknown): void => {
    if (typeof value === "string") {
      const uri = value
        .replaceAll("${AWS::AccountId}", account)
        .replaceAll("${AWS::Region}", region)
        .replaceAll("${AWS::URLSuffix}", "amazonaws.com");
      const image = parseEcrImage(uri);
      if (image !== undefined) images.set(uri, image);
    } else if (typeof value === "object" && value !== null) {
      for (const child of Object.values(value)) visit(child);
    }
  };
  visit(template);
  return [...images.values()];
}

/** Returns the template of a stack as it was deployed, or as its last deploy began. */
export async function readTemplate(client: CloudFormationClient, stackName: string): Promise<unknown> {
  const { TemplateBody } = await client.send(
    new GetTemplateCommand({ StackName: stackName, TemplateStage: "Original" }),
  );
  return TemplateBody === undefined ? {} : JSON.parse(TemplateBody);
}
