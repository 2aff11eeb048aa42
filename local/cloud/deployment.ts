import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import * as z from "zod";

import { writeFileAtomically } from "../atomic-file";
import { type LocalPaths, repository } from "../paths";
import { runToEnd } from "../processes/run-to-end";
import { type AssemblyHashes, hashOfSources } from "./assembly";
import { LOCAL_ACCOUNT, LOCAL_CREDENTIALS } from "./ministack";

const cdk = join(repository, "node_modules", ".bin", "cdk");

/** The outputs of all stacks, by key. */
export const stackOutputsSchema = z.object({
  ApiId: z.string(),
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  TableName: z.string(),
  ArtefactsBucketName: z.string(),
  WorkBucketName: z.string(),
  StateMachineArn: z.string(),
  CompositionQueueUrl: z.string(),
  TrainingRoleArn: z.string(),
  SweepFunctionName: z.string(),
});
export type StackOutputs = z.infer<typeof stackOutputsSchema>;

const userSchema = z.object({ username: z.string(), password: z.string() });

/** What is deployed on the state under `.local/cloud`. Written after a deploy, so a start that failed leaves none. */
export const deploymentSchema = z.object({
  schemaVersion: z.literal(1),
  templates: z.string(),
  stateful: z.string(),
  /** Whether MiniStack has saved its state since the deploy: one that was killed comes back as it was before. */
  saved: z.boolean(),
  /** Queue addresses in the functions' environment carry MiniStack's port: it stays as long as its state does. */
  ports: z.object({ cloud: z.int(), sageMaker: z.int(), gateway: z.int() }),
  outputs: stackOutputsSchema,
  demoUser: userSchema,
  secondUser: userSchema,
});
export type Deployment = z.infer<typeof deploymentSchema>;

/** The record of an earlier start, if it left a whole one. */
export function readDeployment(paths: LocalPaths): Deployment | undefined {
  try {
    const parsed = deploymentSchema.safeParse(JSON.parse(readFileSync(paths.deployment, "utf8")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function writeDeployment(paths: LocalPaths, deployment: Deployment): void {
  writeFileAtomically(paths.deployment, JSON.stringify(deployment), 0o600);
}

/** Forgets the cloud and all that is in it. Compositions written as files, and the assembly, stay. */
export function removeState(paths: LocalPaths): void {
  for (const path of [paths.deployment, paths.cloud, paths.sageMaker]) rmSync(path, { recursive: true, force: true });
}

export type DeploymentPlan =
  | { readonly kind: "fresh"; readonly reason: string }
  /** Nothing to deploy. */
  | { readonly kind: "keep"; readonly deployment: Deployment }
  /** The functions or the workflow changed, or may be older than they should: nothing that holds data. */
  | { readonly kind: "update"; readonly deployment: Deployment };

/** Whether the state of an earlier start can be gone on with. */
export function planDeployment(params: {
  readonly deployment: Deployment | undefined;
  readonly assembly: AssemblyHashes;
  /** Whether MiniStack has ever saved its state: it does so when it is stopped, not when it is killed. */
  readonly hasState: boolean;
  readonly freshAsked: boolean;
}): DeploymentPlan {
  const { deployment, assembly, hasState, freshAsked } = params;
  if (freshAsked) return { kind: "fresh", reason: "as asked (--fresh)" };
  if (deployment === undefined) return { kind: "fresh", reason: "nothing is deployed yet" };
  if (!hasState) return { kind: "fresh", reason: "the last one was killed before it could save its state" };
  if (deployment.stateful !== assembly.stateful) {
    return {
      kind: "fresh",
      reason: "the table, a bucket, a queue or the user pool changed in the templates: what was in them is dropped",
    };
  }
  if (deployment.templates !== assembly.templates || !deployment.saved) return { kind: "update", deployment };
  return { kind: "keep", deployment };
}

/** The variables under which an SDK or the CDK reaches the local cloud and nothing else. */
export function localCloudEnvironment(params: {
  readonly endpointUrl: string;
  readonly region: string;
}): Record<string, string> {
  const { endpointUrl, region } = params;
  return {
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_ENDPOINT_URL_S3: endpointUrl,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/**
 * Synthesises the stacks of stage `local` unless their sources are those of the assembly that is there.
 *
 * @returns whether it had to
 */
export async function synthesise(params: {
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
    args: ["synth", "--all", "--quiet", "--context", "stage=local", "--output", paths.assembly],
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
  // In a folder without cdk.json: with one, bootstrapping would synthesise the whole app first.
  const cwd = join(paths.temporary, "bootstrap");
  mkdirSync(cwd, { recursive: true });
  await runToEnd({
    name: "cdk bootstrap",
    command: cdk,
    args: ["bootstrap", `aws://${LOCAL_ACCOUNT}/${region}`],
    cwd,
    environment: { ...cdkEnvironment({ paths, region }), ...localCloudEnvironment({ endpointUrl, region }) },
    logFile: join(paths.logs, "cdk-bootstrap.log"),
    signal,
  });
}

/**
 * Deploys the synthesised assembly. Direct, because MiniStack loses a change set that had no changes.
 *
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

/** Nothing of the caller's AWS settings: a profile or a token of a real account must not reach the local deploy. */
function cdkEnvironment(params: { readonly paths: LocalPaths; readonly region: string }): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !entry[0].startsWith("AWS_") && !entry[0].startsWith("CDK_"),
  );
  return {
    ...Object.fromEntries(kept),
    AWS_REGION: params.region,
    AWS_DEFAULT_REGION: params.region,
    CDK_HOME: join(params.paths.temporary, "cdk"),
    CDK_DISABLE_VERSION_CHECK: "1",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    // cdk-nag and CDK's own check are `npm run check`'s; here they would only keep a person waiting.
    CDK_VALIDATION: "false",
    NODE_NO_WARNINGS: "1",
    TMPDIR: ensured(params.paths.temporary),
  };
}

function ensured(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
