import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { localAccountId } from "../../naming/resource-names";
import { runToEnd } from "../../tools/processes/run-to-end";
import { repository } from "../../tools/repository";
import type { LocalPaths } from "../paths";
import { type AssemblyHashes, hashOfSources } from "./assembly";
import { localCredentials } from "./ministack";
import { findSnapshots, stateFolders } from "./snapshots";

const cdk = join(repository, "node_modules", ".bin", "cdk");

/** The outputs of all stacks, by key. */
export const stackOutputsSchema = z.object({
  ApiId: z.string(),
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  TableName: z.string(),
  ArtifactsBucketName: z.string(),
  WorkBucketName: z.string(),
  StateMachineArn: z.string(),
  CompositionQueueUrl: z.string(),
  TrainingRoleArn: z.string(),
  ReconcileFunctionName: z.string(),
});
export type StackOutputs = z.infer<typeof stackOutputsSchema>;

const userSchema = z.object({ username: z.string(), password: z.string() });

/**
 * The record of what is deployed in a cloud. It is handed over at the cloud's first snapshot and kept inside every
 * snapshot, so that the record and the state cannot disagree.
 */
export const deploymentSchema = z.object({
  schemaVersion: z.literal(2),
  templates: z.string(),
  stateful: z.string(),
  /**
   * The queue addresses in the functions' environment contain MiniStack's port, so the ports stay the same as long as
   * the state is kept. Version 0.2 had no console, so a cloud of that time has no port for it.
   */
  ports: z.object({ cloud: z.int(), sageMaker: z.int(), gateway: z.int(), console: z.int().optional() }),
  outputs: stackOutputsSchema,
  demoUser: userSchema,
  secondUser: userSchema,
});
export type Deployment = z.infer<typeof deploymentSchema>;

/** The cloud that an earlier start has left. */
export interface KeptCloud {
  readonly deployment: Deployment;
  readonly takenAt: Date;
  /** True if the cloud was stopped and saved in full; if false, everything that happened after `takenAt` is missing. */
  readonly isComplete: boolean;
}

/**
 * Returns the cloud in the newest snapshot that is whole, or undefined if there are no snapshots.
 * @throws Error where there are snapshots and none of them can be used: deleting them is for a person to decide
 */
export function readKeptCloud(paths: LocalPaths): KeptCloud | undefined {
  const { newest, damaged } = findSnapshots(stateFolders(paths.cloud).snapshots);
  const beginAnew = "To drop it and begin with an empty cloud: npm start -- --fresh";
  if (newest === undefined) {
    if (damaged.length === 0) return undefined;
    throw new Error(`What was kept of the cloud cannot be used. ${damaged.join("\n")}\n${beginAnew}`);
  }
  const deployment = deploymentSchema.safeParse(newest.record);
  if (!deployment.success) {
    const why = z.prettifyError(deployment.error);
    throw new Error(`${newest.folder} was written by another version of OpenComposer: ${why}\n${beginAnew}`);
  }
  return {
    deployment: deployment.data,
    takenAt: new Date(newest.takenAt),
    isComplete: newest.reason === "stop" && damaged.length === 0,
  };
}

/** Deletes the cloud and all that is in it. The compositions that were written as files and the assembly stay. */
export function removeState(paths: LocalPaths): void {
  for (const path of [paths.cloud, paths.sageMaker]) rmSync(path, { recursive: true, force: true });
}

/** The decision whether a start begins with a fresh cloud, keeps the earlier one as it is, or updates it. */
export type DeploymentPlan =
  | { readonly kind: "fresh"; readonly reason: "asked" | "nothing kept" | "data changed" }
  /** The deployed stacks are up to date. */
  | { readonly kind: "keep"; readonly kept: KeptCloud }
  /** The functions or the workflow have changed, but no resource that holds data. */
  | { readonly kind: "update"; readonly kept: KeptCloud };

/** Decides whether this start goes on with the cloud that an earlier start has left, and whether it has to deploy. */
export function planDeployment(params: {
  readonly kept: KeptCloud | undefined;
  readonly assembly: AssemblyHashes;
  readonly freshAsked: boolean;
}): DeploymentPlan {
  const { kept, assembly, freshAsked } = params;
  if (freshAsked) return { kind: "fresh", reason: "asked" };
  if (kept === undefined) return { kind: "fresh", reason: "nothing kept" };
  if (kept.deployment.stateful !== assembly.stateful) return { kind: "fresh", reason: "data changed" };
  return { kind: kept.deployment.templates === assembly.templates ? "keep" : "update", kept };
}

/** Returns the plan as a sentence that says what it means for the work that was in the cloud. */
export function describePlan(plan: DeploymentPlan, now: Date): string {
  if (plan.kind === "fresh") {
    return {
      asked: "a fresh cloud, as asked (--fresh)",
      "nothing kept": "nothing was kept: a fresh cloud",
      "data changed":
        "a fresh cloud: the table, a bucket, a queue or the user pool changed in the templates, and what was in them is dropped",
    }[plan.reason];
  }
  const { takenAt, isComplete } = plan.kept;
  const time = describeTime(takenAt, now);
  const kept = isComplete
    ? `going on with the cloud of the last start, as of ${time}`
    : `the last stop was cut off: going on with the snapshot of ${time}; what came after it is lost`;
  return plan.kind === "keep" ? kept : `${kept} (the stacks changed: updating them)`;
}

/** Returns the hours and minutes of a time by this machine's clock, with the day if it is not today. */
export function describeTime(time: Date, now: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.toDateString() === now.toDateString()) return clock;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}

/** Returns the environment variables with which an SDK or the CDK reaches the local cloud and nothing else. */
export function localCloudEnvironment(params: {
  readonly endpointUrl: string;
  readonly region: string;
}): Record<string, string> {
  const { endpointUrl, region } = params;
  return {
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_ENDPOINT_URL_S3: endpointUrl,
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/**
 * Synthesizes the stacks of stage `local`, unless the assembly that is there was made from the same sources.
 * @returns true if it had to synthesize
 */
export async function synthesize(params: {
  readonly paths: LocalPaths;
  readonly region: string;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const { paths, region, signal } = params;
  const stamp = join(paths.assembly, "sources.sha256");
  const hash = hashOfSources(repository);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return false;
  rmSync(paths.assembly, { recursive: true, force: true });
  await runToEnd({
    name: "cdk synth",
    command: cdk,
    args: ["synth", "--quiet", "--context", "stage=local", "--output", paths.assembly],
    cwd: repository,
    environment: cdkEnvironment({ paths, region }),
    logFile: join(paths.logs, "cdk-synth.log"),
    signal,
  });
  writeFileSync(stamp, hash);
  return true;
}

/** Puts the CDK's own stack into a fresh cloud. */
export async function bootstrap(params: {
  readonly paths: LocalPaths;
  readonly endpointUrl: string;
  readonly region: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { paths, endpointUrl, region, signal } = params;
  // The folder has no cdk.json: if it had one, bootstrapping would synthesize the whole app first.
  const cwd = join(paths.temporary, "bootstrap");
  mkdirSync(cwd, { recursive: true });
  await runToEnd({
    name: "cdk bootstrap",
    command: cdk,
    args: ["bootstrap", `aws://${localAccountId}/${region}`],
    cwd,
    environment: { ...cdkEnvironment({ paths, region }), ...localCloudEnvironment({ endpointUrl, region }) },
    logFile: join(paths.logs, "cdk-bootstrap.log"),
    signal,
  });
}

/**
 * Deploys the synthesized assembly. It uses the CDK's method "direct", because MiniStack loses a change set that has no
 * changes.
 * @returns the outputs of all stacks
 */
export async function deploy(params: {
  readonly paths: LocalPaths;
  readonly endpointUrl: string;
  readonly region: string;
  readonly signal: AbortSignal;
}): Promise<StackOutputs> {
  const { paths, endpointUrl, region, signal } = params;
  const outputsFile = join(paths.temporary, "stack-outputs.json");
  rmSync(outputsFile, { force: true });
  mkdirSync(paths.temporary, { recursive: true });
  await runToEnd({
    name: "cdk deploy",
    command: cdk,
    args: [
      "deploy",
      "--all",
      "--app",
      paths.assembly,
      "--method=direct",
      "--require-approval=never",
      "--progress=events",
      "--outputs-file",
      outputsFile,
    ],
    cwd: repository,
    environment: { ...cdkEnvironment({ paths, region }), ...localCloudEnvironment({ endpointUrl, region }) },
    logFile: join(paths.logs, "cdk-deploy.log"),
    signal,
  });
  const byStack = z
    .record(z.string(), z.record(z.string(), z.string()))
    .parse(JSON.parse(readFileSync(outputsFile, "utf8")));
  const merged: Record<string, string> = {};
  for (const outputs of Object.values(byStack)) Object.assign(merged, outputs);
  const parsed = stackOutputsSchema.safeParse(merged);
  if (!parsed.success)
    throw new Error(`The stacks lack outputs that the start needs:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/**
 * Returns the environment for the CDK without the caller's AWS settings: a profile or a token of a real account must
 * not reach the local deploy.
 */
function cdkEnvironment(params: { readonly paths: LocalPaths; readonly region: string }): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !entry[0].startsWith("AWS_") && !entry[0].startsWith("CDK_"),
  );
  return {
    ...Object.fromEntries(kept),
    AWS_REGION: params.region,
    AWS_DEFAULT_REGION: params.region,
    // Neither must a profile of the home folder: the CDK would ask AWS whose it is.
    AWS_CONFIG_FILE: join(params.paths.temporary, "no-aws-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(params.paths.temporary, "no-aws-credentials"),
    AWS_EC2_METADATA_DISABLED: "true",
    CDK_HOME: join(params.paths.temporary, "cdk"),
    CDK_DISABLE_VERSION_CHECK: "1",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    // `npm run check` runs cdk-nag and the CDK's own check; here they would only keep a person waiting.
    CDK_VALIDATION: "false",
    NODE_NO_WARNINGS: "1",
    TMPDIR: ensured(params.paths.temporary),
  };
}

function ensured(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
