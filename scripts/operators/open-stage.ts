/** What the commands of operators have in common: their options, and how they reach the stage that is asked for. */
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { refuseOtherPartitions } from "../../lib/config/supported-regions";
import { localCredentials } from "../../local/cloud/ministack";
import { type Outputs, readOutputs } from "../../local/outputs";
import { localPaths } from "../../local/paths";
import { localAccountId, type Stage, stages } from "../../naming/resource-names";
import { UsageError } from "../../tools/command-line";
import { lockHolder } from "../../tools/processes/process-lock";
import {
  type AwsAccess,
  type ClientSettings,
  explainAccessError,
  findAccount,
  findAwsAccess,
  requestSettings,
} from "../../tools/stacks/aws-access";
import { type StackName, stackNames, type StageInCloud } from "../../tools/stacks/deployed-stage";

/** The options that every command of operators has. `--profile` and `--region` mean what they mean to the CDK CLI. */
export const stageOptions = {
  stage: {
    type: "string",
    allowed: stages,
    value: "STAGE",
    does: "the stage: local is the cloud of this machine, dev and prod are on AWS",
  },
  profile: { type: "string", value: "NAME", does: "the profile of AWS, in place of AWS_PROFILE" },
  region: { type: "string", value: "REGION", does: "the Region of AWS, in place of AWS_REGION and the profile's" },
} as const;

export interface StageOptionValues {
  readonly stage?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
}

export interface OpenStage extends StageInCloud {
  /** For the clients of this command. S3 of the local cloud needs `forcePathStyle` besides. */
  readonly settings: ClientSettings;
  readonly account: string;
  /** The option, variable or profile that the Region comes from. */
  readonly regionFrom: string;
  /** What the local cloud has written about itself; undefined on AWS. */
  readonly local: Outputs | undefined;
  /** Returns what a person is told of an error: which request to the cloud failed, and what to do; others as they are. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * Returns the stage that the options name.
 *
 * @throws UsageError if the option names none of the allowed stages
 */
export function readStage<Allowed extends Stage>(
  value: string | undefined,
  {
    command,
    allowed,
    note = "",
  }: { readonly command: string; readonly allowed: readonly Allowed[]; readonly note?: string },
): Allowed {
  const stage = allowed.find((name) => name === value);
  if (stage !== undefined) return stage;
  const found = value === undefined ? "missing" : `"${value}"`;
  throw new UsageError(
    `--stage is ${found}; it must be one of ${allowed.join(", ")}, as in ${command} -- --stage ${allowed[0] ?? ""}.${note}`,
  );
}

/**
 * Reaches a stage, runs the command on it, and says what to do where credentials or the Region are wrong.
 *
 * @throws UsageError if `--stage` names none of the allowed stages
 * @throws Error that says how to start the local cloud, or what is wrong with the credentials
 */
export async function withStage(
  params: {
    readonly values: StageOptionValues;
    /** The command without arguments, for messages. */
    readonly command: string;
    readonly allowed?: readonly Stage[];
    readonly note?: string;
  },
  run: (stage: OpenStage) => Promise<void>,
): Promise<void> {
  const { values, command, allowed = stages, note } = params;
  const stage = readStage(values.stage, { command, allowed, ...(note === undefined ? {} : { note }) });
  if (stage === "local") refuseOptionsOfAws(values);
  const local = stage === "local" ? readLocalOutputs() : undefined;
  const access = local === undefined ? await findAwsAccess(values) : localAccess(local);
  try {
    if (local === undefined) refuseOtherPartitions(access.settings.region);
    const account = local === undefined ? await findAccount(access.settings) : localAccountId;
    const cloudFormation = new CloudFormationClient(access.settings);
    try {
      const { settings, regionFrom } = access;
      const explain = (error: unknown): unknown => explainAccessError(error, access);
      await run({ stage, settings, account, regionFrom, cloudFormation, local, explain });
    } finally {
      cloudFormation.destroy();
    }
  } catch (error) {
    if (local !== undefined && isUnanswered(error)) {
      throw new Error(`No local cloud responds at ${local.awsEndpointUrl}; npm start begins one.`, { cause: error });
    }
    throw explainAccessError(error, access);
  }
}

/** Refuses the options that say nothing about the local cloud, because whoever gives them means another stage. */
function refuseOptionsOfAws(values: StageOptionValues): void {
  for (const name of ["profile", "region"] as const) {
    if (values[name] === undefined) continue;
    throw new UsageError(`--${name} is ${values[name]}, but the stage local runs on this machine; leave it out.`);
  }
}

/** Returns the sentence that says which account and Region a command works on. */
export const describeAccount = ({ stage, account, settings }: OpenStage): string =>
  `stage ${stage}: account ${account}, Region ${settings.region}`;

/**
 * Returns the sentence that says which of a stage's stacks a command has found. A command that needs none of them says
 * it, because "nothing runs" is also true of a Region that was never deployed to.
 */
export function describeStacks(
  {
    stage,
    account,
    settings,
    regionFrom,
  }: Pick<OpenStage, "stage" | "account" | "regionFrom"> & { readonly settings: Pick<ClientSettings, "region"> },
  found: readonly StackName[],
): string {
  const place = `account ${account} and Region ${settings.region} (from ${regionFrom})`;
  if (found.length === 0) {
    return (
      `There is no stack of ${stage} in ${place}. ` +
      "If it is elsewhere, name another Region by --region or AWS_REGION, or another profile by --profile."
    );
  }
  const missing = stackNames.filter((name) => !found.includes(name));
  const rest = missing.length === 0 ? "" : `, and none of ${missing.join(", ")}`;
  return `There are the stacks ${found.join(", ")} of ${stage}${rest} in ${place}.`;
}

/**
 * Returns what the running local cloud has written about itself.
 * @throws Error that says how to start one if none is up, or what is wrong with its file
 */
export function readLocalOutputs(): Outputs {
  const { outputs: file, lock } = localPaths();
  const outputs = readOutputs(file);
  if (outputs !== undefined) return outputs;
  const start = lockHolder(lock);
  if (start !== undefined) {
    throw new Error(
      `The local cloud is not up yet: the start of ${start.startedAt} (process ${start.pid}) is still building it, or is ending. ` +
        `The start says "everything is up" when it is.`,
    );
  }
  throw new Error(`No local cloud is up: there is no ${file}. Start one: npm start`);
}

function localAccess({ region, awsEndpointUrl }: Outputs): AwsAccess {
  const credentials = async (): Promise<typeof localCredentials> => await Promise.resolve(localCredentials);
  return {
    settings: { region, credentials, endpoint: awsEndpointUrl, ...requestSettings },
    profile: undefined,
    regionFrom: "the local cloud",
  };
}

/**
 * Returns true if a request got no response of a service of AWS: nothing listens there, or something else does. A cloud
 * that was killed leaves its file of outputs behind.
 */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof Error && "$metadata" in error && !("$fault" in error);
