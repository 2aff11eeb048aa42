/**
 * The rules of lib/rules/: each finds a template that breaks it, and the templates of no stage break any. Whatever else
 * has to hold of every template is a rule of the public pack, which is shown here to find it, too.
 */
import { readFileSync } from "node:fs";
import { App, CfnResource, Stack } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { AwsSolutionsChecks } from "cdk-nag";
import * as z from "zod";
import type { StageConfig } from "../../lib/config/stage-config";
import { repositoryPath } from "../../lib/constructs/repository-root";
import { addOpenComposer } from "../../lib/open-composer";
import { basesWithoutDigest } from "../../lib/rules/dockerfile-bases";
import { OpenComposerChecks, openComposerRules } from "../../lib/rules/open-composer-checks";
import { actionsWithoutResource } from "../../lib/rules/permission-rules";
import { devConfig, localConfig, prodConfig } from "./support/stage-configs";
import { makeApp } from "./support/synthesize";

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
}

interface CheckParams {
  readonly config?: StageConfig;
  readonly dockerfile?: string;
}

/** Returns the ids of the findings in a template that has one resource. */
function findingsIn(resource: Resource, { config = prodConfig, dockerfile }: CheckParams = {}): readonly string[] {
  const stack = new Stack(new App(), "Stack");
  const made = new CfnResource(stack, "Broken", { type: resource.Type, properties: resource.Properties });
  if (resource.DeletionPolicy !== undefined) {
    made.addOverride("DeletionPolicy", resource.DeletionPolicy);
    // As the CDK writes it: this attribute knows no RetainExceptOnCreate.
    made.addOverride("UpdateReplacePolicy", resource.DeletionPolicy === "Delete" ? "Delete" : "Retain");
  }
  const checks = new OpenComposerChecks({ config, ...(dockerfile === undefined ? {} : { dockerfile }) });
  return checks.validateScope(stack).violations.map(({ ruleName }) => ruleName);
}

const policy = (...statements: readonly object[]): Resource => ({
  Type: "AWS::IAM::Policy",
  Properties: { PolicyName: "p", PolicyDocument: { Version: "2012-10-17", Statement: statements } },
});
const allow = (Action: unknown, Resource: unknown, Condition?: object): object => ({
  Effect: "Allow",
  Action,
  Resource,
  ...(Condition === undefined ? {} : { Condition }),
});

const role = { "Fn::GetAtt": ["TrainingRole", "Arn"] };
const passed = { StringEquals: { "iam:PassedToService": "sagemaker.amazonaws.com" } };
const job = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/opencomposer-prod-*";
const bounded = {
  Bool: { "sagemaker:NetworkIsolation": "true" },
  Null: { "sagemaker:InstanceTypes": "false" },
  "ForAllValues:StringEquals": { "sagemaker:InstanceTypes": [prodConfig.training.instanceType] },
  NumericLessThanEquals: { "sagemaker:MaxRuntimeInSeconds": String(prodConfig.training.runtimeLimitSeconds) },
};
const create = (condition: object, resource: unknown = job): Resource =>
  policy(allow("sagemaker:CreateTrainingJob", resource, condition));
const without = (key: keyof typeof bounded): object => {
  const { [key]: _, ...rest } = bounded;
  return rest;
};

const table = {
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  DeletionProtectionEnabled: true,
};
const ofTable = (more: object, DeletionPolicy = "Retain"): Resource => ({
  Type: "AWS::DynamoDB::Table",
  Properties: { ...table, ...more },
  DeletionPolicy,
});

const logging = { LogGroup: { Ref: "Logs" }, LogFormat: "JSON", ApplicationLogLevel: "INFO" };
const fn = (LoggingConfig?: object, variables: object = {}): Resource => ({
  Type: "AWS::Lambda::Function",
  Properties: { ...(LoggingConfig === undefined ? {} : { LoggingConfig }), Environment: { Variables: variables } },
});

const file = z
  .looseObject({ States: z.record(z.string(), z.looseObject({})) })
  .parse(JSON.parse(readFileSync(repositoryPath("stepfunctions", "training-workflow.asl.json"), "utf8")));
const machine = (change: object = {}, states: object = {}): Resource => ({
  Type: "AWS::StepFunctions::StateMachine",
  Properties: { DefinitionString: JSON.stringify({ ...file, ...change, States: { ...file.States, ...states } }) },
});

const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const byDigest = `${registry}/music@sha256:${"0a".repeat(32)}`;
const built = {
  "Fn::Sub": `\${AWS::AccountId}.dkr.ecr.\${AWS::Region}.\${AWS::URLSuffix}/cdk-hnb659fds-container-assets-\${AWS::AccountId}-\${AWS::Region}:${"0a".repeat(32)}`,
};
const model = (Image: unknown): Resource => ({
  Type: "AWS::SageMaker::Model",
  Properties: { PrimaryContainer: { Image } },
});

const endpoint = (...variants: readonly object[]): Resource => ({
  Type: "AWS::SageMaker::EndpointConfig",
  Properties: { ProductionVariants: variants.map((variant) => ({ VariantName: "all", ...variant })) },
});
const serverless = (MaxConcurrency: number): Resource => endpoint({ ServerlessConfig: { MaxConcurrency } });
const machines = (InitialInstanceCount: number): Resource => endpoint({ InitialInstanceCount });

const openFile = "FROM python:3.11 AS base\nFROM base AS training\n";

type Case = readonly [what: string, resource: Resource, expected: RegExp, params?: CheckParams];
const broken: readonly Case[] = [
  ["passes a role of any name", policy(allow("iam:PassRole", "*", passed)), /IAM1\[the-role-is-not-named\]/],
  ["passes roles by a pattern", policy(allow("iam:PassRole", `${job}*`, passed)), /IAM1\[the-role-is-not-named\]/],
  ["passes a role to any service", policy(allow("iam:PassRole", role)), /IAM1\[the-service-is-not-named/],
  ["may do everything", policy(allow("*", "*")), /IAM1\[the-role-is-not-named\]/],
  ["allows all but one action", policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }), /IAM3\[\*\]/],
  ["allows all of a service", policy(allow("s3:*", "arn:aws:s3:::b/*")), /IAM3\[s3:\*\]/],
  ["uses * for an action that knows a resource", policy(allow("s3:GetObject", "*")), /IAM2\[s3:GetObject\]/],
  [
    "writes metrics of any name space",
    policy(allow("cloudwatch:PutMetricData", "*")),
    /IAM2\[cloudwatch:PutMetricData/,
  ],
  [
    "hides a policy inside a role",
    { Type: "AWS::IAM::Role", Properties: { Policies: [policy(allow("s3:GetObject", "*")).Properties] } },
    /IAM2\[s3:GetObject\]/,
  ],
  ["creates jobs with network", create(without("Bool")), /TRAIN1\[jobs-with-network/],
  ["creates jobs without a limit", create(without("NumericLessThanEquals")), /TRAIN1\[jobs-longer-than/],
  [
    "creates jobs longer than the stage allows",
    create({ ...bounded, NumericLessThanEquals: { "sagemaker:MaxRuntimeInSeconds": "86401" } }),
    /TRAIN1\[jobs-longer-than/,
  ],
  ["creates jobs that name no machine", create(without("Null")), /TRAIN1\[jobs-on-other-machines/],
  [
    "creates jobs on other machines",
    create({ ...bounded, "ForAllValues:StringEquals": { "sagemaker:InstanceTypes": ["ml.p5.48xlarge"] } }),
    /TRAIN1\[jobs-on-other-machines/,
  ],
  ["creates jobs of any name", create(bounded, "*"), /TRAIN1\[jobs-of-any-name\]/],
  ["runs for ever", machine({ TimeoutSeconds: undefined }), /TRAIN2\[an-execution-may-last-for-ever\]/],
  ["is cut off within a long job", machine({ TimeoutSeconds: 86_400 }), /TRAIN2\[an-execution-ends-after-86400-s/],
  ["has a task without a limit", machine({}, { More: { Type: "Task" } }), /TRAIN2\[More-has-no-time-limit\]/],
  [
    "creates jobs by itself",
    machine(
      {},
      { More: { Type: "Task", TimeoutSeconds: 60, Resource: "arn:aws:states:::sagemaker:createTrainingJob.sync" } },
    ),
    /TRAIN2\[More-calls-SageMaker-by-itself\]/,
  ],
  ["has an image by tag", model(`${registry}/music:latest`), /IMAGE1\[music:latest-is-not-named/],
  ["has an image without either", model(`${registry}/music`), /IMAGE1\[music-is-not-named/],
  [
    "trains with an image by tag",
    fn(logging, { TRAINING_SETTINGS: `{"images":{"ar-cnn":"${registry}/m:1"}}` }),
    /IMAGE1\[m:1-is/,
  ],
  ["is built upon a tag", model(built), /IMAGE1\[python:3.11,-the-base-of-a-built-image/, { dockerfile: openFile }],
  ["takes more concurrency", serverless(11), /ENDPOINT1\[concurrency-11,-and-the-stage's-limit-is-10\]/],
  ["takes machines", machines(4), /ENDPOINT1\[4-machines,-and-the-stage's-limit-is-3\]/],
  ["keeps events for ever", { Type: "AWS::Logs::LogGroup", Properties: {} }, /LOG1/],
  ["leaves its log group to Lambda", fn(), /LOG2\[no-log-group-of-the-stack\]/],
  ["writes no JSON", fn({ ...logging, LogFormat: "Text" }), /LOG2\[no-log-in-JSON\]/],
  ["is silent", fn({ ...logging, ApplicationLogLevel: "FATAL" }), /LOG2\[not-at-the-level-INFO\]/],
  [
    "has a table without recovery",
    ofTable({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false } }),
    /DATA1\[no-point-in-time-recovery\]/,
  ],
  [
    "has a table that one call deletes",
    ofTable({ DeletionProtectionEnabled: false }),
    /DATA1\[no-deletion-protection\]/,
  ],
  ["has a table of another type", { Type: "AWS::DynamoDB::GlobalTable", Properties: {} }, /DATA1/],
  ["has a table that goes with its stack", ofTable({}, "Delete"), /DATA2\[deleted-with-its-stack\]/],
  ["has a bucket that goes with its stack", { Type: "AWS::S3::Bucket", Properties: {} }, /DATA2\[deleted-when/],
];

// Jest takes a parameter that a row does not have for its callback `done`.
test.each(broken.map(([what, ...rest]) => [what, rest] as const))("finds a stage that %s", (_, rest) => {
  const [resource, expected, params] = rest;
  const found = findingsIn(resource, params);
  expect(found.some((id) => expected.test(id))).toBe(true);
  // A rule that throws is a finding without brackets, and would be found for any reason.
  expect(found.filter((id) => !/^OpenComposer-\w+\[.+\]$/.test(id))).toEqual([]);
});

const sound: readonly (readonly [string, Resource, CheckParams?])[] = [
  ["passes a named role", policy(allow("iam:PassRole", role, passed))],
  ["creates bounded jobs", create(bounded)],
  ["denies everything", policy({ Effect: "Deny", Action: "*", Resource: "*" })],
  ["is the workflow", machine()],
  ["has an image by digest", model(byDigest)],
  ["builds upon a digest", model(built)],
  ["builds in dev", model(`${registry}/music:latest`), { config: devConfig }],
  ["takes all of its limits", endpoint({ ServerlessConfig: { MaxConcurrency: 10 } }, { InitialInstanceCount: 2 })],
  ["logs", fn(logging)],
  ["has a table", ofTable({})],
  ["has a table that only the rollback of its creation deletes", ofTable({}, "RetainExceptOnCreate")],
];
test.each(sound.map(([what, ...rest]) => [what, rest] as const))("finds nothing in a stage that %s", (_, rest) => {
  const [resource, params] = rest;
  expect(findingsIn(resource, params)).toEqual([]);
});

test("endpoints of several stacks are counted together", () => {
  const app = new App();
  const add = (id: string, { Type, Properties }: Resource): void => {
    new CfnResource(new Stack(app, id), "Endpoint", { type: Type, properties: Properties });
  };
  const found = (): readonly string[] =>
    new OpenComposerChecks({ config: prodConfig }).validateScope(app).violations.map(({ ruleName }) => ruleName);
  add("One", serverless(6));
  add("Other", serverless(4));
  expect(found()).toEqual([]);
  add("Third", serverless(1));
  expect(found()).toEqual(["OpenComposer-ENDPOINT1[concurrency-11,-and-the-stage's-limit-is-10]"]);
});

test("every rule has a template that breaks it, and says what and why", () => {
  for (const { id, info, explanation } of openComposerRules) {
    expect([id, broken.filter(([, , expected]) => expected.source.startsWith(id)).length > 0]).toEqual([id, true]);
    expect(info).toMatch(/\.$/);
    expect(explanation).toMatch(/\.$/);
  }
  expect(new Set(openComposerRules.map(({ id }) => id)).size).toBe(openComposerRules.length);
});

describe.each([
  ["local", localConfig],
  ["dev", devConfig],
  ["prod", prodConfig],
] as const)("%s", (_, config) => {
  test("breaks no rule, and an added resource that does stops the synthesis", () => {
    const { app, remove } = makeApp();
    try {
      const { storage } = addOpenComposer(app, config);
      app.synth();
      new CfnResource(storage, "Forgotten", { type: "AWS::Logs::LogGroup" });
      expect(() => app.synth({ force: true })).toThrow(/Forgotten[^]*OpenComposer-LOG1/);
    } finally {
      remove();
    }
  });
});

test("what a public rule finds needs none of ours: open buckets, plain HTTP, queues without dead letters, no recovery", () => {
  const app = new App();
  const stack = new Stack(app, "Stack");
  new Bucket(stack, "Bucket");
  new Queue(stack, "Queue");
  const found = new AwsSolutionsChecks(app).validateScope(app).violations.map(({ ruleName }) => ruleName);
  expect(found).toEqual(expect.arrayContaining(["AwsSolutions-S10", "AwsSolutions-SQS3", "AwsSolutions-SQS4"]));
});

test("actions on * are few, each with its reason", () => {
  for (const reason of Object.values(actionsWithoutResource)) expect(reason.length).toBeGreaterThan(10);
});

describe("the bases of a Dockerfile", () => {
  const pinned = `python@sha256:${"0a".repeat(32)}`;
  test.each([
    ["a tag", "FROM python:3.11", ["python:3.11"]],
    ["a digest", `FROM ${pinned}`, []],
    ["an ARG with a digest", `ARG BASE=${pinned}\nFROM \${BASE} AS base\nFROM base`, []],
    ["an ARG with a tag", "ARG BASE=python:3.11\nFROM $BASE", ["python:3.11"]],
    ["an ARG without a default", "ARG BASE\nFROM ${BASE} AS x", ["${BASE}"]],
    [
      "an earlier stage, scratch, a platform",
      `FROM --platform=linux/amd64 ${pinned} AS One\nFROM one\nFROM scratch`,
      [],
    ],
    ["a later stage of the same name", "FROM late AS x\nFROM scratch AS late", ["late"]],
    ["a line that goes on", "FROM \\\n  python:3.11", ["python:3.11"]],
  ])("%s", (_, dockerfile, expected) => {
    expect(basesWithoutDigest(dockerfile)).toEqual(expected);
  });

  test("ours is named by its digest", () => {
    expect(basesWithoutDigest(readFileSync(repositoryPath("sagemaker-containers", "Dockerfile"), "utf8"))).toEqual([]);
  });
});
