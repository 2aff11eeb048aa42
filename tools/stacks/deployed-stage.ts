/** Reads from CloudFormation where the parts of a deployed stage are. Every command of operators asks here. */
import {
  type CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import * as z from "zod";
import { resourcePrefix, type Stage } from "../../naming/resource-names";

/** The last part of the name of each stack of a stage. */
export const stackNames = ["Storage", "Console", "Api", "Training", "Inference", "Observability"] as const;
export type StackName = (typeof stackNames)[number];

/** A stack with the outputs of it that commands read. */
export interface StackWithOutputs<Schema extends z.ZodType> {
  readonly name: StackName;
  readonly outputs: Schema;
}
export const storageStack = {
  name: "Storage",
  outputs: z.object({ TableName: z.string(), ArtifactsBucketName: z.string(), WorkBucketName: z.string() }),
} as const satisfies StackWithOutputs<z.ZodType>;
/** The repository for images that are not built by the deploy. The local cloud has none. */
export const imageRepository = {
  name: "Storage",
  outputs: z.object({ ImageRepositoryUri: z.string() }),
} as const satisfies StackWithOutputs<z.ZodType>;
/** A stage may have no console. */
export const consoleStack = {
  name: "Console",
  outputs: z.object({ ConsoleUrl: z.string(), ConsoleBucketName: z.string(), ConsoleDistributionId: z.string() }),
} as const satisfies StackWithOutputs<z.ZodType>;
export const apiStack = {
  name: "Api",
  outputs: z.object({
    ApiUrl: z.string(),
    UserPoolId: z.string(),
    UserPoolClientId: z.string(),
    /** The address of the sign-in page. The local cloud's is at its endpoint. */
    UserPoolDomainUrl: z.string().optional(),
  }),
} as const satisfies StackWithOutputs<z.ZodType>;
export const trainingStack = {
  name: "Training",
  outputs: z.object({ StateMachineArn: z.string() }),
} as const satisfies StackWithOutputs<z.ZodType>;

/** A stack as CloudFormation describes it. */
export interface DescribedStack {
  readonly status: string;
  /** True: CloudFormation refuses to delete it, also where its first deploy has failed. */
  readonly isProtected: boolean;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface StageInCloud {
  readonly cloudFormation: CloudFormationClient;
  readonly stage: Stage;
}

/** Returns the whole name of a stack of a stage. */
export const stackName = (stage: Stage, name: StackName): string => `${resourcePrefix(stage)}-${name}`;

/** Returns the command that deploys a stage. */
export const deployCommand = (stage: Stage): string =>
  stage === "local" ? "npm start" : `npx cdk deploy --all -c stage=${stage}`;

/** Returns a stack; undefined if there is none of this name. */
export async function describeStack(
  { cloudFormation, stage }: StageInCloud,
  name: StackName,
): Promise<DescribedStack | undefined> {
  try {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName(stage, name) }));
    const [stack] = Stacks ?? [];
    if (stack === undefined) return undefined;
    const outputs: Record<string, string> = {};
    for (const { OutputKey: key, OutputValue: value } of stack.Outputs ?? []) {
      if (key !== undefined && value !== undefined) outputs[key] = value;
    }
    return {
      status: stack.StackStatus ?? "UNKNOWN",
      isProtected: stack.EnableTerminationProtection ?? false,
      outputs,
    };
  } catch (error) {
    // CloudFormation has no error code of its own for a stack that does not exist.
    if (
      error instanceof CloudFormationServiceException &&
      error.name === "ValidationError" &&
      error.message.includes("does not exist")
    ) {
      return undefined;
    }
    throw error;
  }
}

/** Returns those stacks of a stage that are there, whatever their state is, in the order of the names. */
export async function findStacks(
  place: StageInCloud,
  names: readonly StackName[] = stackNames,
): Promise<ReadonlyMap<StackName, DescribedStack>> {
  const stacks = await Promise.all(names.map(async (name) => ({ name, stack: await describeStack(place, name) })));
  return new Map(stacks.flatMap(({ name, stack }) => (stack === undefined ? [] : [[name, stack] as const])));
}

/**
 * Returns the outputs of a stack.
 *
 * @throws Error that says how to deploy, if the stack is missing or was deployed by a version without these outputs
 */
export async function readStackOutputs<Schema extends z.ZodType>(
  place: StageInCloud,
  { name, outputs: schema }: StackWithOutputs<Schema>,
): Promise<z.infer<Schema>> {
  const stack = await describeStack(place, name);
  const whole = stackName(place.stage, name);
  const deploy = deployCommand(place.stage);
  if (stack === undefined) {
    throw new Error(
      `There is no stack ${whole} in this account and Region. Deploy it with: ${deploy}\nIf it is elsewhere, name its Region by --region or its account by --profile.`,
    );
  }
  const outputs = schema.safeParse(stack.outputs);
  if (outputs.success) return outputs.data;
  const missing = outputs.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new Error(
    isDeployed(stack)
      ? `The stack ${whole} lacks the output ${missing}. An older version of OpenComposer deployed it; deploy this one: ${deploy}`
      : `The stack ${whole} is ${stack.status} and lacks the output ${missing}: its deploy has not succeeded. Deploy it with: ${deploy}`,
  );
}

/** Returns true if the last deploy of the stack has succeeded. */
export const isDeployed = ({ status }: DescribedStack): boolean => /^(?:CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status);
