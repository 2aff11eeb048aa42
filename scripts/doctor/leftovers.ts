/** What a destroyed stage leaves behind: what each thing costs, and the commands that remove it. */
import { prices } from "../operators/prices";

/** What a GB of images in ECR costs. */
export const imagePrice = `$${prices.perMonth.imageGb.toFixed(2)} a GB and month`;

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
    note: `images at ${imagePrice}`,
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
    // Nothing but what CloudFront answers costs. It is deleted when it is disabled, which takes minutes.
    pattern: /^cloudfront:.*:distribution\//,
    note: "free at rest; it is disabled first, for which the command waits some minutes",
    commands: (name) => [
      `config=$(aws cloudfront get-distribution-config --id ${name} --output json)`,
      `aws cloudfront update-distribution --id ${name} --if-match "$(jq -r .ETag <<< "$config")" --distribution-config "$(jq '.DistributionConfig | .Enabled = false' <<< "$config")"`,
      `aws cloudfront wait distribution-deployed --id ${name}`,
      `aws cloudfront delete-distribution --id ${name} --if-match "$(aws cloudfront get-distribution --id ${name} --query ETag --output text)"`,
    ],
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
    if (kind === undefined)
      return [{ name: arn, note: "this command does not know how it is removed; search for its ARN in the console" }];
    return [{ name: arn, note: kind.note, commands: kind.commands(name, arn) }];
  });
}
