/**
 * The CDK CLI on a local cloud in place of an account. The CLI itself does all the work; what MiniStack refuses of the
 * templates is taken out between synthesis and deploy, endpoints are made at the local SageMaker server, and buckets get their tags.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CloudFormationClient, ListStackResourcesCommand } from "@aws-sdk/client-cloudformation";
import { BatchGetImageCommand, ECRClient } from "@aws-sdk/client-ecr";
import { PutBucketTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import { createEndpoint, deleteEndpoint } from "../../../../local/cloud/endpoints";
import { localAccountId, stages, trainedTechniqueIds } from "../../../../naming/resource-names";

/** Types that MiniStack refuses, or cannot make. */
const refusedTypes = /^AWS::SageMaker::|^AWS::Cognito::ManagedLoginBranding$|^Custom::S3AutoDeleteObjects$/;
/** A resource that does nothing, in their place: others refer to it and wait for it. */
const placeholder = "AWS::CloudFormation::WaitConditionHandle";

const templateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
});
const assetsSchema = z.looseObject({
  files: z.record(z.string(), z.looseObject({ source: z.looseObject({ path: z.string().optional() }) })),
  dockerImages: z
    .record(
      z.string(),
      z.looseObject({
        source: z.looseObject({
          directory: z.string(),
          dockerFile: z.string(),
          dockerBuildTarget: z.string(),
          dockerBuildArgs: z.record(z.string(), z.string()).default({}),
          platform: z.string(),
          dockerOutputs: z.array(z.string()).default([]),
        }),
      }),
    )
    .default({}),
});

function environment(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The variable ${name} is missing: it names the local cloud.`);
  return value;
}

function run(program: string, args: readonly string[], input?: string): void {
  const { status, error } = spawnSync(program, args, {
    stdio: [input === undefined ? "inherit" : "pipe", "inherit", "inherit"],
    ...(input === undefined ? {} : { input }),
    // `npm run check` runs cdk-nag and the CDK's own check.
    env: { ...process.env, CDK_VALIDATION: "false", CDK_DISABLE_VERSION_CHECK: "1" },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status ?? "a signal"}`);
}
const cdk = (args: readonly string[]): void => {
  run(resolve("node_modules/.bin/cdk"), args);
};

/**
 * Builds and pushes the images of an assembly, as the CLI does with images that the repository lacks. MiniStack's ECR
 * says of each image that it has it, so the CLI itself would build none.
 */
async function publishImages(assembly: string): Promise<void> {
  const ecr = new ECRClient({});
  const region = environment("AWS_REGION");
  const repositoryName = `cdk-hnb659fds-container-assets-${localAccountId}-${region}`;
  const host = `${localAccountId}.dkr.ecr.${region}.amazonaws.com`;
  run("docker", ["login", "--username", "AWS", "--password-stdin", host], "password");
  for (const name of readdirSync(assembly).filter((file) => file.endsWith(".assets.json"))) {
    const { dockerImages } = assetsSchema.parse(JSON.parse(readFileSync(join(assembly, name), "utf8")));
    for (const [digest, { source }] of Object.entries(dockerImages)) {
      const tag = `${host}/${repositoryName}:${digest}`;
      const imageIds = [{ imageTag: digest }];
      const { images = [] } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds }));
      if (images.length > 0) continue;
      const buildArgs = Object.entries(source.dockerBuildArgs).flatMap(([key, value]) => [
        "--build-arg",
        `${key}=${value}`,
      ]);
      const outputs = source.dockerOutputs.map((output) => `--output=${output}`);
      const place = ["--file", source.dockerFile, "--platform", source.platform, join(assembly, source.directory)];
      run("docker", ["build", ...buildArgs, ...outputs, "--tag", tag, "--target", source.dockerBuildTarget, ...place]);
      run("docker", ["push", tag]);
    }
  }
}

type Resource = z.infer<typeof templateSchema>["Resources"][string];

/** Returns true if MiniStack refuses the resource: for its type, or as an alarm that computes with metrics. */
const isRefused = ({ Type, Properties = {} }: Resource): boolean =>
  refusedTypes.test(Type) || (Type === "AWS::CloudWatch::Alarm" && "Metrics" in Properties);

/** Returns a template without what MiniStack refuses. What was refused stays in it as metadata. */
function fittedTemplate(content: string): string {
  const template = templateSchema.parse(JSON.parse(content));
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (!isRefused(resource)) continue;
    const { Type, Properties = {}, ...rest } = resource;
    template.Resources[id] = { ...rest, Type: placeholder, Metadata: { Type, Properties } };
    const name = Properties["EndpointName"];
    if (typeof name === "string") {
      const reference = JSON.stringify({ "Fn::GetAtt": [id, "EndpointName"] });
      for (const output of Object.values(template.Outputs)) {
        if (JSON.stringify(output.Value) === reference) output.Value = name;
      }
    }
  }
  // Nobody but MiniStack serves this API, and MiniStack does so at its own endpoint.
  const api = template.Outputs["ApiUrl"];
  if (api !== undefined) {
    const { Value: id } = template.Outputs["ApiId"] ?? {};
    api.Value = { "Fn::Join": ["", [`${environment("AWS_ENDPOINT_URL")}/_aws/execute-api/`, id, "/$default"]] };
  }
  // It serves the sign-in page there, too.
  const page = template.Outputs["UserPoolDomainUrl"];
  if (page !== undefined) page.Value = environment("AWS_ENDPOINT_URL");
  return JSON.stringify(template);
}

/** Fits all templates of an assembly. The CLI uploads a template under its digest, which is another one then. */
function fitAssembly(assembly: string): void {
  const manifestFile = join(assembly, "manifest.json");
  let manifest = readFileSync(manifestFile, "utf8");
  for (const name of readdirSync(assembly).filter((file) => file.endsWith(".template.json"))) {
    const file = join(assembly, name);
    const fitted = fittedTemplate(readFileSync(file, "utf8"));
    writeFileSync(file, fitted);
    const assetsFile = file.replace(".template.json", ".assets.json");
    let assets = readFileSync(assetsFile, "utf8");
    for (const [digest, { source }] of Object.entries(assetsSchema.parse(JSON.parse(assets)).files)) {
      if (source.path !== name) continue;
      const changed = createHash("sha256").update(fitted).digest("hex");
      assets = assets.replaceAll(digest, changed);
      manifest = manifest.replaceAll(digest, changed);
    }
    writeFileSync(assetsFile, assets);
  }
  writeFileSync(manifestFile, manifest);
}

/** The values of a stage that the documents have changed. They change nothing else that the stacks are made from. */
function ownValues(stage: string): string {
  const file = `opencomposer.${stage}.json`;
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/**
 * Synthesizes a stage, so that MiniStack takes it. What the last deploy of the stage has synthesized from the same values
 * is taken again, because a synthesis takes ten seconds.
 */
function synthesize(stage: string, assembly: string): void {
  const madeFrom = `${assembly}-made-from`;
  const values = ownValues(stage);
  if (existsSync(madeFrom) && readFileSync(madeFrom, "utf8") === values) return;
  for (const old of [assembly, madeFrom]) rmSync(old, { recursive: true, force: true });
  cdk(["synth", "--quiet", "-c", `stage=${stage}`, "--output", assembly]);
  fitAssembly(assembly);
  writeFileSync(madeFrom, values);
}

const manifestSchema = z.looseObject({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z.looseObject({ tags: z.record(z.string(), z.string()).default({}) }).optional(),
    }),
  ),
});

/** Gives the buckets of the deployed stacks the tags of their stacks, as CloudFormation does. MiniStack leaves them out. */
async function tagBuckets(assembly: string): Promise<void> {
  const s3 = new S3Client({ forcePathStyle: true });
  const cloudFormation = new CloudFormationClient({});
  const { artifacts } = manifestSchema.parse(JSON.parse(readFileSync(join(assembly, "manifest.json"), "utf8")));
  for (const [StackName, { type, properties }] of Object.entries(artifacts)) {
    if (type !== "aws:cloudformation:stack") continue;
    const { StackResourceSummaries = [] } = await cloudFormation.send(new ListStackResourcesCommand({ StackName }));
    const TagSet = Object.entries(properties?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
    for (const { ResourceType, PhysicalResourceId: Bucket } of StackResourceSummaries) {
      if (ResourceType !== "AWS::S3::Bucket") continue;
      await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    }
  }
}

async function main(args: readonly string[]): Promise<void> {
  const [command, what = "", option, context] = args;
  if (command === "bootstrap" && args.length === 1) {
    cdk(args);
    return;
  }
  const stage = stages.find((name) => context === `stage=${name}`);
  const isAll = what === "--all";
  const isKnown =
    (command === "deploy" || command === "destroy") && (isAll || what.startsWith("opencomposer-")) && option === "-c";
  if (!isKnown || stage === undefined || args.length > 4) {
    throw new Error(`cdk ${args.join(" ")}: say what stands in for this, in test/e2e/documents/stand-ins/cdk.ts`);
  }
  const assembly = join(environment("STAND_IN_STATE"), `assembly-${stage}`);
  const [sageMaker, signal] = [new SageMakerClient({}), new AbortController().signal];
  if (command === "destroy") {
    if (!existsSync(assembly)) throw new Error(`The stage ${stage} is not deployed.`);
    cdk(["destroy", what, "--app", assembly]);
    if (!isAll && !what.endsWith("-Inference")) return;
    for (const technique of trainedTechniqueIds) await deleteEndpoint({ sageMaker, stage, technique, signal });
    return;
  }
  synthesize(stage, assembly);
  if (isAll) await publishImages(assembly);
  // MiniStack loses a change set without changes. Nobody is asked about new rights: there are none here.
  cdk(["deploy", what, "--app", assembly, "--method=direct", "--require-approval=never", "--progress=events"]);
  await tagBuckets(assembly);
  if (!isAll) return;
  const roleArn = `arn:aws:iam::${localAccountId}:role/stands-in`;
  for (const technique of trainedTechniqueIds) await createEndpoint({ sageMaker, stage, technique, roleArn, signal });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
