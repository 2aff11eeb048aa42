/** Asks AWS for everything of a stage that no stack has any more. */
import { type CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { ECRClient, paginateDescribeImages, RepositoryNotFoundException } from "@aws-sdk/client-ecr";
import { paginateGetResources, ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { NoSuchBucket, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { resourcePrefix, type Stage, trainingLogGroup } from "../../naming/resource-names";
import { type StackName, stackName } from "../../tools/stacks/deployed-stage";
import type { OpenStage } from "../operators/open-stage";
import { listTrainings, sageMakerOf } from "../stop-all/training-of-stage";
import { inOneLine } from "./finding";
import { imagePrice, type Leftover, leftoversOf, nameInArn } from "./leftovers";

export interface StageLeftovers {
  readonly leftovers: readonly Leftover[];
  /** How many resources the stacks of the stage have, which are no leftovers. */
  readonly inStacks: number;
  /** What could not be listed, each with the reason: a right is often missing. */
  readonly unlisted: readonly string[];
}

/**
 * Returns what is left of a stage.
 *
 * @param params.stacks the stacks of the stage that are there
 * @param params.qualifier that of the CDK's bootstrap, whose images and files are listed, too
 */
export async function listLeftovers(
  stage: OpenStage,
  params: { readonly stacks: readonly StackName[]; readonly qualifier: () => string },
): Promise<StageLeftovers> {
  const { settings, account } = stage;
  const inStacks: string[] = [];
  for (const name of params.stacks) {
    inStacks.push(...(await listInStack(stage.cloudFormation, stackName(stage.stage, name))));
  }
  const ofBootstrap = (kind: string): string => `cdk-${params.qualifier()}-${kind}-${account}-${settings.region}`;
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
  const leftovers: Leftover[] = [];
  const unlisted: string[] = [];
  for (const [what, list] of Object.entries(lists)) {
    try {
      leftovers.push(...(await list()));
    } catch (error) {
      // The other lists are of use all the same.
      unlisted.push(`${what} (${inOneLine(stage.explain(error))})`);
    }
  }
  return { leftovers, inStacks: inStacks.length, unlisted };
}

async function leftTrainings(client: SageMakerClient, stage: Stage): Promise<readonly Leftover[]> {
  return (await listTrainings(client, stage)).map(({ name }) => ({
    name: `training job ${name}`,
    note: "runs, and costs by the second",
    commands: [`npm run stop-all -- --stage ${stage}`],
  }));
}

/** Returns the ARNs of everything that carries the tag of a stage (lib/stacks/stack-settings.ts). */
async function listTagged(client: ResourceGroupsTaggingAPIClient, stage: string): Promise<readonly string[]> {
  const arns: string[] = [];
  const query = { TagFilters: [{ Key: "opencomposer:stage", Values: [stage] }] };
  for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client }, query)) {
    for (const { ResourceARN } of ResourceTagMappingList) if (ResourceARN !== undefined) arns.push(ResourceARN);
  }
  return arns;
}

/** A failed first deploy deletes what it made or, where that is retained, leaves it; its stack lists both until it is deleted. */
const isGivenUp = (status: string): boolean => status === "DELETE_SKIPPED" || status === "DELETE_COMPLETE";

/** Returns the physical ids of the resources that a stack has, without those that it has given up. */
export async function listInStack(client: CloudFormationClient, stackName: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client },
    { StackName: stackName },
  )) {
    for (const { PhysicalResourceId: id, ResourceStatus: status = "" } of StackResourceSummaries) {
      if (id !== undefined && !isGivenUp(status)) ids.push(id);
    }
  }
  return ids;
}

const gigabyte = 1024 ** 3;
const inGigabytes = (bytes: number): string => `${(bytes / gigabyte).toFixed(2)} GB`;

/** Returns the log groups that SageMaker made itself, which belong to no stack and keep their events for ever. */
async function listSageMakerLogs(client: CloudWatchLogsClient): Promise<readonly Leftover[]> {
  const found: Leftover[] = [];
  const query = { logGroupNamePrefix: trainingLogGroup };
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, query)) {
    for (const { logGroupName: name = "", storedBytes = 0, retentionInDays } of logGroups) {
      const kept = retentionInDays === undefined ? "for ever" : `for ${retentionInDays} days`;
      found.push({
        name: `log group ${name}`,
        note: `${inGigabytes(storedBytes)}, kept ${kept}, of all training jobs in this account; aws logs put-retention-policy --log-group-name ${name} --retention-in-days 14`,
      });
    }
  }
  return found;
}

/**
 * Returns the log groups of a stage's functions that no stack has made. Lambda makes one when a function without a log
 * group runs, as the CDK's function does that empties buckets, and gives it no tags.
 * @param inStacks the physical ids of the stacks' resources; a function that is among them still writes its log
 */
async function listFunctionLogs(
  client: CloudWatchLogsClient,
  { prefix, inStacks }: { readonly prefix: string; readonly inStacks: readonly string[] },
): Promise<readonly Leftover[]> {
  const ofFunctions = "/aws/lambda/";
  const found: Leftover[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups(
    { client },
    { logGroupNamePrefix: `${ofFunctions}${prefix}` },
  )) {
    for (const { logGroupName: name = "", storedBytes = 0 } of logGroups) {
      if (inStacks.includes(name) || inStacks.includes(name.slice(ofFunctions.length))) continue;
      found.push({
        name: `log group ${name}`,
        note: `${inGigabytes(storedBytes)} of the log of a function`,
        commands: [`aws logs delete-log-group --log-group-name ${name}`],
      });
    }
  }
  return found;
}

/** Without a buffer of 0 days the CDK keeps what was pushed today, though no stack names it. */
const collectUnused = "npx cdk gc --unstable=gc --created-buffer-days 0";

/** Returns the files in the bucket of the CDK's bootstrap, as one line. */
async function listFileAssets(client: S3Client, Bucket: string): Promise<readonly Leftover[]> {
  let files = 0;
  let bytes = 0;
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
      files += Contents.length;
      for (const { Size = 0 } of Contents) bytes += Size;
    }
  } catch (error) {
    if (!(error instanceof NoSuchBucket)) throw error;
  }
  if (files === 0) return [];
  return [
    {
      name: `${files} files in the bucket ${Bucket}`,
      note: `${inGigabytes(bytes)} of S3 storage without older versions, of all CDK apps in this account; ${collectUnused}, when no stage trains: open trainings still need functions of older versions`,
    },
  ];
}

/** Returns the images in a repository, as one line. */
async function listImages(client: ECRClient, repositoryName: string): Promise<readonly Leftover[]> {
  let images = 0;
  let bytes = 0;
  try {
    for await (const { imageDetails = [] } of paginateDescribeImages({ client }, { repositoryName })) {
      images += imageDetails.length;
      for (const { imageSizeInBytes = 0 } of imageDetails) bytes += imageSizeInBytes;
    }
  } catch (error) {
    if (!(error instanceof RepositoryNotFoundException)) throw error;
  }
  if (images === 0) return [];
  return [
    {
      name: `${images} images in the ECR repository ${repositoryName}`,
      note: `at most ${inGigabytes(bytes)} at ${imagePrice}, of all CDK apps in this account; ${collectUnused}, when no stage trains: open trainings still need images of older versions`,
    },
  ];
}
