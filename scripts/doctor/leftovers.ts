/** What a destroyed stage leaves behind, and what it costs. */
import { type CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { type CloudWatchLogsClient, paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { type ECRClient, paginateDescribeImages, RepositoryNotFoundException } from "@aws-sdk/client-ecr";
import { paginateGetResources, type ResourceGroupsTaggingAPIClient } from "@aws-sdk/client-resource-groups-tagging-api";
import { NoSuchBucket, paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";

/** Something that is still there although no stack of the stage has it any more. */
export interface Leftover {
  readonly name: string;
  /** What it costs, and what to know before it is removed. */
  readonly note: string;
  /** The commands that remove it, a line of a shell each. Absent: it is not the stage's alone. */
  readonly commands?: readonly string[];
}

/** Returns the leftover in lines: the commands stand below it, each behind two spaces. */
export const describeLeftover = ({ name, note, commands = [] }: Leftover): readonly string[] => [
  `${name}: ${note}`,
  ...commands.map((command) => `  ${command}`),
];

/**
 * Returns the commands that remove a bucket with all versions and delete markers. S3 lists a thousand of them at once,
 * and deletes as many. The first page of which one is not deleted ends the loop; then S3 refuses to remove the bucket.
 */
function removeBucket(name: string): readonly string[] {
  const page = `aws s3api list-object-versions --bucket ${name} --no-paginate --output json --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}'`;
  const remove = `aws s3api delete-objects --bucket ${name} --delete file:///dev/stdin --output text --query 'length(Errors || \`[]\`)' <<< "$page"`;
  return [
    `while page=$(${page}) && [[ $page == *VersionId* ]]; do [[ $(${remove}) == 0 ]] || break; done`,
    `aws s3 rb s3://${name}`,
  ];
}

interface Kind {
  /** The beginning of an ARN after `arn:aws:`. */
  readonly pattern: RegExp;
  readonly note: string;
  readonly commands: (name: string, arn: string) => readonly string[];
}

const kinds: readonly Kind[] = [
  { pattern: /^s3:/, note: "S3 storage, with all versions", commands: removeBucket },
  {
    pattern: /^dynamodb:/,
    note: "DynamoDB storage",
    commands: (name) => [
      `aws dynamodb update-table --no-deletion-protection-enabled --table-name ${name}`,
      `aws dynamodb wait table-exists --table-name ${name}`,
      `aws dynamodb delete-table --table-name ${name}`,
    ],
  },
  {
    pattern: /^cognito-idp:/,
    note: "its users, free up to Cognito's free tier",
    commands: (name) => [
      `aws cognito-idp update-user-pool --deletion-protection INACTIVE --user-pool-id ${name}`,
      `aws cognito-idp delete-user-pool --user-pool-id ${name}`,
    ],
  },
  {
    pattern: /^logs:/,
    note: "storage of logs until their retention is over",
    commands: (name) => [`aws logs delete-log-group --log-group-name ${name}`],
  },
  {
    pattern: /^ecr:/,
    note: "images at $0.10 a GB and month",
    commands: (name) => [`aws ecr delete-repository --force --repository-name ${name}`],
  },
  {
    pattern: /^sagemaker:.*:endpoint\//,
    note: "a serverless endpoint costs nothing at rest, a real-time one by the hour",
    commands: (name) => [`aws sagemaker delete-endpoint --endpoint-name ${name}`],
  },
  {
    pattern: /^sagemaker:.*:endpoint-config\//,
    note: "free",
    commands: (name) => [`aws sagemaker delete-endpoint-config --endpoint-config-name ${name}`],
  },
  {
    pattern: /^sagemaker:.*:model\//,
    note: "free",
    commands: (name) => [`aws sagemaker delete-model --model-name ${name}`],
  },
  {
    pattern: /^sqs:/,
    note: "free at rest",
    commands: (name) => [
      `aws sqs delete-queue --queue-url "$(aws sqs get-queue-url --queue-name ${name} --query QueueUrl --output text)"`,
    ],
  },
  {
    pattern: /^sns:/,
    note: "free at rest",
    commands: (_, arn) => [`aws sns delete-topic --topic-arn ${arn}`],
  },
  {
    pattern: /^lambda:.*:function:/,
    note: "free at rest",
    commands: (name) => [`aws lambda delete-function --function-name ${name}`],
  },
  {
    pattern: /^states:.*:stateMachine:/,
    note: "free at rest",
    commands: (_, arn) => [`aws stepfunctions delete-state-machine --state-machine-arn ${arn}`],
  },
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
 * Returns those of the tagged resources that no stack has, each with what it costs and the commands that remove it.
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
    const kind = kinds.find(({ pattern }) => pattern.test(service));
    if (kind === undefined) return [{ name: arn, note: "no command is known here; the console finds it by this ARN" }];
    return [{ name: arn, note: kind.note, commands: kind.commands(name, arn) }];
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

/**
 * Returns the log groups of a stage's functions that no stack has made. Lambda makes one when a function without a log
 * group runs, as the CDK's function does that empties buckets, and gives it no tags.
 * @param inStacks the physical ids of the stacks' resources; a function that is among them still writes its log
 */
export async function listFunctionLogs(
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

/** Returns the files in the bucket of the CDK's bootstrap, as one line. */
export async function listFileAssets(client: S3Client, Bucket: string): Promise<readonly Leftover[]> {
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
      note: `${inGigabytes(bytes)} of S3 storage without older versions, of all CDK apps in this account; npx cdk gc --unstable=gc, when no stage trains: open trainings still need functions of older versions`,
    },
  ];
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
