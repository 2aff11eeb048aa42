/** What a destroyed stage leaves behind, and what it costs. */
import { type CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { type CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { type ECRClient, paginateDescribeImages, RepositoryNotFoundException } from "@aws-sdk/client-ecr";
import { paginateGetResources, type ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";

/** Something that is still there although no stack of the stage has it any more. */
export interface Leftover {
  readonly name: string;
  /** What it costs, and how to remove it. */
  readonly note: string;
}

/** By the beginning of an ARN after `arn:aws:`; the last word of it is the physical name. */
const notes: readonly (readonly [pattern: RegExp, note: (name: string) => string])[] = [
  [/^s3:/, (name) => `S3 storage; removed with all versions: empty it in the console, then aws s3 rb s3://${name}`],
  [
    /^dynamodb:/,
    (name) =>
      `DynamoDB storage; aws dynamodb update-table --no-deletion-protection-enabled --table-name ${name}, then aws dynamodb delete-table --table-name ${name}`,
  ],
  [
    /^cognito-idp:/,
    (name) =>
      `free up to Cognito's free tier; aws cognito-idp delete-user-pool --user-pool-id ${name} (take its deletion protection off first)`,
  ],
  [
    /^logs:/,
    (name) => `storage of logs until their retention is over; aws logs delete-log-group --log-group-name ${name}`,
  ],
  [/^ecr:/, (name) => `images at $0.10 a GB and month; aws ecr delete-repository --force --repository-name ${name}`],
  [
    /^sagemaker:/,
    (name) =>
      `a serverless endpoint costs nothing at rest, a real-time one by the hour; aws sagemaker delete-endpoint --endpoint-name ${name}`,
  ],
];

/** Returns the physical name in an ARN: what follows its last slash or, without one, its last colon. */
export function nameInArn(arn: string): string {
  const [, , , , , ...rest] = arn.split(":");
  const resource = rest.join(":");
  const ofGroup = /^log-group:(.*?)(?::\*)?$/.exec(resource);
  if (ofGroup?.[1] !== undefined) return ofGroup[1];
  return resource.split(/[/:]/).at(-1) ?? resource;
}

/**
 * Returns those of the tagged resources that no stack has, each with what it costs.
 * @param inStacks the physical ids of the stacks' resources: names, ARNs, or the addresses of queues
 */
export function leftoversOf(arns: readonly string[], inStacks: readonly string[]): readonly Leftover[] {
  const kept = new Set(
    inStacks.flatMap((id) => [
      id,
      id.startsWith("https:") || id.startsWith("http:") ? (id.split("/").at(-1) ?? id) : id,
    ]),
  );
  return arns.flatMap((arn) => {
    const name = nameInArn(arn);
    if (kept.has(name) || kept.has(arn)) return [];
    const service = arn.split(":").slice(2).join(":");
    const note = notes.find(([pattern]) => pattern.test(service))?.[1](name);
    return [{ name: arn, note: note ?? "look at it in the console" }];
  });
}

/** Returns the ARNs of everything that carries the tag of a stage (lib/stacks/stack-settings.ts). */
export async function listTagged(client: ResourceGroupsTaggingAPIClient, stage: string): Promise<readonly string[]> {
  const arns: string[] = [];
  const query = { TagFilters: [{ Key: "opencomposer:stage", Values: [stage] }] };
  for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client }, query)) {
    for (const { ResourceARN } of ResourceTagMappingList) if (ResourceARN !== undefined) arns.push(ResourceARN);
  }
  return arns;
}

/** Returns the physical ids of a stack's resources. */
export async function listInStack(client: CloudFormationClient, stackName: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources(
    { client },
    { StackName: stackName },
  )) {
    for (const { PhysicalResourceId: id } of StackResourceSummaries) if (id !== undefined) ids.push(id);
  }
  return ids;
}

const gigabyte = 1024 ** 3;
const inGigabytes = (bytes: number): string => `${(bytes / gigabyte).toFixed(2)} GB`;

/** Returns the log groups that SageMaker made itself, which belong to no stack and keep their events for ever. */
export async function listSageMakerLogs(client: CloudWatchLogsClient): Promise<readonly Leftover[]> {
  const found: Leftover[] = [];
  const query = { logGroupNamePrefix: "/aws/sagemaker/TrainingJobs" };
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

/** Returns the images in a repository, as one line. */
export async function listImages(client: ECRClient, repositoryName: string): Promise<readonly Leftover[]> {
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
      note: `at most ${inGigabytes(bytes)} at $0.10 a GB and month, of all CDK apps in this account; npx cdk gc --unstable=gc, when no stage trains: open trainings still need images of older versions`,
    },
  ];
}
