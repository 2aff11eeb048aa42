/** The checks of `npm run doctor`, and what it lists as left over. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadStageConfig } from "../../../lib/config/load-stage-config";
import { perTrainedTechnique, trainedTechniqueIds } from "../../../naming/resource-names";
import { readBootstrapQualifier } from "../../../scripts/doctor/bootstrap-qualifier";
import { checkMachine, checkStage } from "../../../scripts/doctor/check-stage";
import {
  checkBootstrap,
  checkConsoleFiles,
  checkDocker,
  checkEndpoint,
  checkEndpointQuotas,
  checkImage,
  checkLambdaConcurrency,
  checkNode,
  checkSeeded,
  checkServerlessPool,
  checkStack,
  checkTrainingQuota,
  notDeployed,
} from "../../../scripts/doctor/checks";
import { describeFinding, type Finding } from "../../../scripts/doctor/finding";
import { describeLeftover, leftoversOf, nameInArn } from "../../../scripts/doctor/leftovers";
import { listInStack } from "../../../scripts/doctor/list-leftovers";
import { imagesInTemplate, parseDockerInfo, readEndpointConfigurations } from "../../../scripts/doctor/read-account";
import { requestSettings } from "../../../tools/stacks/aws-access";
import { startCloudFormation } from "../../support/cloudformation-server";

// A folder without a deployer's own values.
const config = loadStageConfig({ stage: "dev", folder: tmpdir() });
const { instanceType } = config.training;
const withSpot = (useSpot: boolean) => ({ ...config, training: { ...config.training, useSpot, slots: 2 } });
const quotas = (spot: number, onDemand: number) => [
  { name: `${instanceType} for endpoint usage`, value: 9 },
  { name: `${instanceType} for spot training job usage`, value: spot },
  { name: `${instanceType} for training job usage`, value: onDemand },
];
const line = (finding: Finding): string => describeFinding(finding);

test("spot training needs the quota of spot machines, and other training the other one", () => {
  expect(line(checkTrainingQuota(quotas(0, 5), withSpot(true)))).toBe(
    `✗ quota "${instanceType} for spot training job usage": 0, needed are 2 for the training slots of this stage. ` +
      "Ask for 2 or more in Service Quotas, Amazon SageMaker. A new value counts some minutes after it was granted.",
  );
  expect(line(checkTrainingQuota(quotas(0, 5), withSpot(false)))).toMatch(
    /^✓ quota "ml\S+ for training job usage": 5, needed are 2/,
  );
  expect(line(checkTrainingQuota(quotas(2, 0), withSpot(true)))).toMatch(/^✓/);
  expect(checkTrainingQuota(quotas(2, 1), withSpot(false)).result).toBe("wrong");
  expect(line(checkTrainingQuota([], withSpot(true)))).toContain("Service Quotas has none of this name here");
});

test("the endpoints of a stage together must fit into the pool of the account", () => {
  const pool = (value: number) => [
    { name: "Maximum total concurrency that can be allocated across all serverless endpoints", value },
  ];
  const endpoint = { kind: "serverless", memoryMb: 2048, maxConcurrency: 4 } as const;
  const stage = { endpoints: perTrainedTechnique(() => endpoint) };
  const needed = trainedTechniqueIds.length * endpoint.maxConcurrency;
  expect(checkServerlessPool(pool(needed - 1), stage).result).toBe("wrong");
  expect(line(checkServerlessPool(pool(needed), stage))).toContain(
    `${needed}, needed are ${needed} for the endpoints of this stage`,
  );
  const realTime = { kind: "realTime", instanceType: "ml.m5.large", instanceCount: 1 } as const;
  expect(checkServerlessPool(pool(0), { endpoints: perTrainedTechnique(() => realTime) }).result).toBe("skipped");
});

test("machines of real-time endpoints need the quota of their type, together", () => {
  const realTime = (type: string, instanceCount: number) =>
    ({ kind: "realTime", instanceType: type, instanceCount }) as const;
  const large = (value: number) => [
    { name: "ml.m5.large for training job usage", value: 99 },
    { name: "ml.m5.large for endpoint usage", value },
  ];
  const needed = trainedTechniqueIds.length + 1;
  const same = {
    endpoints: perTrainedTechnique((technique) => realTime("ml.m5.large", technique === "ar-cnn" ? 2 : 1)),
  };
  const [finding = ""] = checkEndpointQuotas(large(needed - 1), same).map(line);
  expect(finding).toContain(`✗ quota "ml.m5.large for endpoint usage": ${needed - 1}, needed are ${needed} `);
  expect(checkEndpointQuotas(large(needed), same).map(({ result }) => result)).toEqual(["right"]);
  const serverless = { kind: "serverless", memoryMb: 2048, maxConcurrency: 4 } as const;
  const each = {
    endpoints: {
      ...perTrainedTechnique(() => serverless),
      "unet-gan": realTime("ml.m5.large", 1),
      "ar-cnn": realTime("ml.c6i.large", 1),
    },
  };
  expect(checkEndpointQuotas(large(1), each).map(({ result }) => result)).toEqual(["right", "wrong"]);
  expect(checkEndpointQuotas(large(0), config)).toEqual([]);
});

test("reserved executions need the hundred besides that Lambda keeps free", () => {
  const account = (value: number) => [{ name: "Concurrent executions", value }];
  const reserving = (executeComposition: number) => ({
    functions: { ...config.functions, reservedConcurrency: { executeComposition } },
  });
  expect(
    checkLambdaConcurrency(account(10), { functions: { ...config.functions, reservedConcurrency: {} } }).result,
  ).toBe("right");
  expect(checkLambdaConcurrency(account(10), reserving(5)).result).toBe("wrong");
  expect(checkLambdaConcurrency(account(104), reserving(5)).result).toBe("wrong");
  expect(checkLambdaConcurrency(account(105), reserving(5)).result).toBe("right");
});

test.each([
  ["v20.10.0", "wrong"],
  ["v18.20.0", "wrong"],
  ["v20.11.0", "right"],
  ["v24.0.0", "right"],
])("Node %s is %s", (version, result) => {
  expect(checkNode(version).result).toBe(result);
});

test("Docker is needed where images are built, and its image store is told", () => {
  const containerd = '{"ServerVersion":"29.0.1","DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}';
  const classic = '{"ServerVersion":"28.5.0","DriverStatus":[["Backing Filesystem","extfs"]]}';
  expect(parseDockerInfo(containerd)).toEqual({ version: "29.0.1", usesContainerd: true });
  expect(parseDockerInfo(classic)).toEqual({ version: "28.5.0", usesContainerd: false });
  expect(parseDockerInfo('{"ServerVersion":"","ServerErrors":["Cannot connect"]}')).toBeUndefined();
  expect(parseDockerInfo("Cannot connect")).toBeUndefined();
  expect(line(checkDocker(parseDockerInfo(containerd), config))).toMatch(
    /^✓ Docker: 29\.0\.1 with containerd's image store/,
  );
  expect(line(checkDocker(undefined, config))).toMatch(
    /^✗ Docker: it does not respond\. Start it, name another program in CDK_DOCKER, or/,
  );
  const uri = { kind: "uri", uri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:${"0".repeat(64)}` } as const;
  const pushed = perTrainedTechnique(() => ({ training: uri, inference: uri }));
  expect(checkDocker(undefined, { images: pushed }).result).toBe("skipped");
});

test.each([
  [undefined, "wrong"],
  [5, "wrong"],
  [6, "right"],
  [30, "right"],
])("bootstrap version %s is %s", (version, result) => {
  expect(checkBootstrap(version, "hnb659fds").result).toBe(result);
});

describe("the qualifier of the bootstrap", () => {
  let home: string;
  let project: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "opencomposer-home-"));
    project = mkdtempSync(join(tmpdir(), "opencomposer-project-"));
  });
  afterEach(() => {
    for (const folder of [home, project]) rmSync(folder, { recursive: true });
  });
  const context = (qualifier: unknown) => ({ "@aws-cdk/core:bootstrapQualifier": qualifier });
  const write = (folder: string, file: string, content: unknown): void => {
    writeFileSync(join(folder, file), JSON.stringify(content));
  };

  test("is the CDK's own where nothing names one", () => {
    write(project, "cdk.json", { app: "a", context: { "@aws-cdk/core:checkSecretUsage": true } });
    expect(readBootstrapQualifier({ project, home })).toBe("hnb659fds");
  });

  test("comes from the places of the CDK CLI, in its order", () => {
    write(home, ".cdk.json", { context: context("home") });
    expect(readBootstrapQualifier({ project, home })).toBe("home");
    write(project, "cdk.context.json", context("project"));
    expect(readBootstrapQualifier({ project, home })).toBe("project");
    write(project, "cdk.json", { context: context("app") });
    expect(readBootstrapQualifier({ project, home })).toBe("app");
  });

  test("a file that cannot be read is named", () => {
    write(home, ".cdk.json", { context: context(7) });
    expect(() => readBootstrapQualifier({ project, home })).toThrow(join(home, ".cdk.json"));
    writeFileSync(join(home, ".cdk.json"), "{");
    expect(() => readBootstrapQualifier({ project, home })).toThrow(join(home, ".cdk.json"));
  });
});

test.each([
  ["there is none", undefined, [], /there is none\. Deploy it: npx cdk deploy/],
  [
    "the first deploy failed",
    "ROLLBACK_COMPLETE",
    [],
    /ROLLBACK_COMPLETE\. Its reason: aws cloudformation describe-stack-events --stack-name opencomposer-dev-Api\. Its first deploy failed\. Mend/,
  ],
  ["a deletion failed", "DELETE_FAILED", [], /describe-stack-events/],
  ["the last update failed", "UPDATE_ROLLBACK_COMPLETE", [], /Its last deploy has not succeeded/],
  ["an older version", "CREATE_COMPLETE", ["ApiUrl"], /it lacks the output ApiUrl\. Deploy it again/],
])("a stack is wrong where %s", (_, status, missing, message) => {
  const stack = status === undefined ? undefined : { status, isProtected: false, outputs: {} };
  const finding = checkStack({ stage: "dev", name: "Api", stack, missing });
  expect(finding.result).toBe("wrong");
  expect(line(finding)).toMatch(message);
});

const failed = (status: string, isProtected: boolean): string => {
  const stack = { status, isProtected, outputs: {} };
  return line(checkStack({ stage: "prod", name: "Inference", stack, missing: [] }));
};

test.each(["ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"])(
  "the protection of a stack that is %s is taken off before the stack is deleted",
  (status) => {
    expect(failed(status, true)).toContain(
      "aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name opencomposer-prod-Inference" +
        " && aws cloudformation delete-stack --stack-name opencomposer-prod-Inference",
    );
    expect(failed(status, false)).not.toContain("update-termination-protection");
  },
);

test.each(["CREATE_FAILED", "DELETE_FAILED"])("a stack that is %s is deleted by hand", (status) => {
  expect(failed(status, false)).toContain("delete-stack --stack-name opencomposer-prod-Inference");
});

test.each(["ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])(
  "a stack that is %s and not protected is deleted by the next deploy",
  (status) => {
    expect(failed(status, false)).toContain(
      "Mend the reason and deploy again, which deletes the failed stack first: npx cdk deploy --all -c stage=prod.",
    );
    expect(failed(status, false)).not.toContain("delete-stack");
  },
);

test("a stage of which nothing is deployed has one line, and what is wrong before a deploy stands first", async () => {
  const { client: cloudFormation, stop } = await startCloudFormation("DescribeStacks", "<Stacks></Stacks>");
  const nobody = {
    stage: "dev",
    account: "123456789012",
    cloudFormation,
    local: undefined,
    explain: (error: unknown) => error,
    regionFrom: "--region",
    settings: {
      region: "eu-west-1",
      credentials: async () => await Promise.reject(new Error("no rights")),
      ...requestSettings,
    },
  } as const;
  const lines: string[] = [];
  try {
    for await (const finding of checkStage(nobody, { config, qualifier: () => "hnb659fds" })) lines.push(line(finding));
  } finally {
    await stop();
  }
  expect(lines).toEqual([
    "✗ bootstrap of the CDK: could not be checked: no rights. Check it by hand.",
    "✗ quotas: could not be checked: no rights. Check it by hand.",
    line(notDeployed("dev")),
  ]);
  expect(lines.at(-1)).toMatch(
    /^– stage dev: not deployed yet: no stacks, images, endpoints and seed\. The deploy makes/,
  );
});

test("this machine is checked without an account, and each finding comes before the next is asked for", async () => {
  const uri = { kind: "uri", uri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:${"0".repeat(64)}` } as const;
  const images = perTrainedTechnique(() => ({ training: uri, inference: uri }));
  const findings = checkMachine({ ...config, images });
  expect(await findings.next()).toMatchObject({ value: { check: "Node", result: "right" } });
  const others = [];
  for await (const { check } of findings) others.push(check);
  expect(others).toEqual(["Python", "Docker"]);
});

test.each([
  ["UPDATE_ROLLBACK_FAILED", "continue-update-rollback"],
  ["UPDATE_FAILED", "rollback-stack"],
])("a stack with data that is %s is rolled back and not to be deleted", (status, withoutCdk) => {
  expect(failed(status, true)).toContain(
    "npx cdk rollback opencomposer-prod-Inference -c stage=prod, or, where the bootstrap is older than version 23, " +
      `aws cloudformation ${withoutCdk} --stack-name opencomposer-prod-Inference, and deploy again: ` +
      "npx cdk deploy --all -c stage=prod",
  );
  expect(failed(status, true)).not.toContain("delete-stack");
});

test("a stack that is deployed is right", () => {
  const stack = { status: "UPDATE_COMPLETE", isProtected: true, outputs: {} };
  expect(line(checkStack({ stage: "dev", name: "Api", stack, missing: [] }))).toBe(
    "✓ stack opencomposer-dev-Api: UPDATE_COMPLETE",
  );
});

test("an endpoint is right in service, and its failure is told", () => {
  const inService = { status: "InService", configuration: "new", failureReason: undefined };
  expect(checkEndpoint("e", inService, []).result).toBe("right");
  expect(checkEndpoint("e", inService, ["other", "new"]).result).toBe("right");
  expect(line(checkEndpoint("e", { ...inService, status: "Failed", failureReason: "no image" }, []))).toMatch(
    /^✗ endpoint e: Failed \(no image\)\./,
  );
  expect(checkEndpoint("e", undefined, []).result).toBe("wrong");
});

test("an endpoint that went back to its configuration before the update is wrong, though it is in service", () => {
  const wentBack = { status: "InService", configuration: "old", failureReason: "health check" };
  expect(line(checkEndpoint("e", wentBack, ["new"]))).toMatch(
    /^✗ endpoint e: InService \(health check\) with the configuration old, the stack has new\. SageMaker did not take/,
  );
});

test("the configurations of a stack are known by the names in their ARNs", async () => {
  const member = (type: string, id: string): string =>
    `<member><ResourceType>${type}</ResourceType><PhysicalResourceId>${id}</PhysicalResourceId></member>`;
  const arn = "arn:aws:sagemaker:eu-west-1:123456789012";
  const { client, stop } = await startCloudFormation(
    "ListStackResources",
    `<StackResourceSummaries>${member("AWS::SageMaker::Model", `${arn}:model/m`)}${member("AWS::SageMaker::EndpointConfig", `${arn}:endpoint-config/ConfigA1`)}</StackResourceSummaries>`,
  );
  expect(await readEndpointConfigurations(client, "opencomposer-prod-Inference").finally(stop)).toEqual(["ConfigA1"]);
});

test("an image in the OCI format is wrong", () => {
  const of = (mediaType: string | undefined): string => checkImage({ image: "i", mediaType }).result;
  expect(of("application/vnd.docker.distribution.manifest.v2+json")).toBe("right");
  expect(of("application/vnd.oci.image.manifest.v1+json")).toBe("wrong");
  expect(of("application/vnd.oci.image.index.v1+json")).toBe("wrong");
  expect(of(undefined)).toBe("wrong");
});

test("images are found in a template wherever they stand, once each", () => {
  const tag = "f".repeat(64);
  const asset = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/cdk-hnb659fds-container-assets-1-r:" + tag;
  const own = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/music/unet@sha256:${tag}`;
  const template = {
    Resources: { A: { Image: { "Fn::Sub": asset } }, B: [{ "Fn::Sub": asset }, own, "nginx:latest", 7, null] },
  };
  expect(imagesInTemplate(template, { account: "210987654321", region: "eu-west-1" })).toEqual([
    { registryId: "210987654321", repositoryName: "cdk-hnb659fds-container-assets-1-r", imageTag: tag },
    { registryId: "123456789012", repositoryName: "music/unet", imageDigest: `sha256:${tag}` },
  ]);
});

test.each([
  [undefined, undefined, "wrong", /it is not there/],
  [undefined, "new", "wrong", /the table has no row/],
  ["old", "new", "wrong", /the table has old, this checkout has new/],
  ["new", undefined, "wrong", /the bucket does not have new/],
  ["new", "bad", "wrong", /the object is damaged/],
  ["new", "new", "right", /sha256 new in table and bucket/],
])("a seeded thing with the row %s and the object %s is %s", (inRow, inBucket, result, message) => {
  const finding = checkSeeded({ what: "w", expected: "new", inRow, inBucket }, { seed: "npm run seed" });
  expect(finding.result).toBe(result);
  expect(line(finding)).toMatch(message);
});

test.each([
  [{ missing: [], changed: [], old: [] }, /^✓ console: the bucket has the files that this checkout has built$/],
  [{ missing: ["/a.js", "/index.html"], changed: [], old: [] }, /^✗ console: it is not there\. Run: npm run seed$/],
  [
    { missing: ["/b.js"], changed: ["/index.html"], old: ["/a.js"] },
    /^✗ console: the bucket lacks 1 files .*, 1 have other content, and 1 are of another version \(\/b\.js and others\)\. Run:/,
  ],
  [{ missing: [], changed: [], old: ["/a.js"] }, /^✗ console: .*, and 1 are of another version \(\/a\.js\)/],
])("the console's files that differ by %j are told", (difference, told) => {
  expect(line(checkConsoleFiles(difference, { seed: "npm run seed" }))).toMatch(told);
});

test("a data set that the local start is still building is not wrong", () => {
  const missing = { what: "data set", expected: "new", inRow: "new", inBucket: undefined };
  const of = (isBeingBuilt: boolean): string => line(checkSeeded(missing, { seed: "npm start", isBeingBuilt }));
  expect(of(true)).toMatch(/^– data set: the start is still building it/);
  expect(of(false)).toMatch(/^✗ data set: the bucket does not have new\. Run: npm start$/);
  expect(checkSeeded({ ...missing, inBucket: "old" }, { seed: "npm start", isBeingBuilt: true }).result).toBe("wrong");
});

describe("leftovers", () => {
  test("what the stack of a failed first deploy has retained is left over", async () => {
    const member = (id: string, status: string): string =>
      `<member><PhysicalResourceId>${id}</PhysicalResourceId><ResourceStatus>${status}</ResourceStatus></member>`;
    const members = [
      member("kept", "CREATE_COMPLETE"),
      member("changed", "UPDATE_COMPLETE"),
      member("stuck", "DELETE_FAILED"),
      member("retained", "DELETE_SKIPPED"),
      member("gone", "DELETE_COMPLETE"),
    ];
    const { client, stop } = await startCloudFormation(
      "ListStackResources",
      `<StackResourceSummaries>${members.join("")}</StackResourceSummaries>`,
    );
    const inStack = await listInStack(client, "opencomposer-prod-Api").finally(stop);
    expect(inStack).toEqual(["kept", "changed", "stuck"]);
  });

  const bucket = "arn:aws:s3:::opencomposer-dev-storage-artifacts";
  const table = "arn:aws:dynamodb:eu-west-1:123456789012:table/opencomposer-dev-Storage-T";
  const logs = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/one:*";
  const images = "arn:aws:ecr:eu-west-1:123456789012:repository/opencomposer-prod-storage-images";

  test.each([
    [bucket, "opencomposer-dev-storage-artifacts"],
    [table, "opencomposer-dev-Storage-T"],
    [logs, "/aws/lambda/one"],
    ["arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_abc", "eu-west-1_abc"],
    ["arn:aws:sqs:eu-west-1:123456789012:queue", "queue"],
  ])("%s is named %s", (arn, name) => {
    expect(nameInArn(arn)).toBe(name);
  });

  test("what a stack still has is not left over, and each of the others is told with its removal", () => {
    const left = leftoversOf(
      [bucket, table, logs, "arn:aws:sns:eu-west-1:123456789012:topic", "arn:aws:sqs:eu-west-1:123456789012:queue"],
      ["opencomposer-dev-Storage-T", "https://sqs.eu-west-1.amazonaws.com/123456789012/queue"],
    );
    expect(left.map(({ name }) => name)).toEqual([bucket, logs, "arn:aws:sns:eu-west-1:123456789012:topic"]);
    expect(left[0]?.commands).toContain("aws s3 rb s3://opencomposer-dev-storage-artifacts");
    expect(left[1]?.commands).toEqual(["aws logs delete-log-group --log-group-name /aws/lambda/one"]);
    expect(leftoversOf([images], [])[0]?.commands).toEqual([
      "aws ecr delete-repository --force --repository-name opencomposer-prod-storage-images",
    ]);
  });

  const sageMaker = "arn:aws:sagemaker:eu-west-1:123456789012";
  test.each([
    [`${sageMaker}:endpoint/one`, "aws sagemaker delete-endpoint --endpoint-name one"],
    [`${sageMaker}:endpoint-config/one`, "aws sagemaker delete-endpoint-config --endpoint-config-name one"],
    [`${sageMaker}:model/one`, "aws sagemaker delete-model --model-name one"],
    ["arn:aws:lambda:eu-west-1:123456789012:function:one", "aws lambda delete-function --function-name one"],
  ])("%s is removed by the command of its kind", (arn, command) => {
    expect(leftoversOf([arn], [])[0]?.commands).toEqual([command]);
  });

  test("a distribution is disabled before it is deleted", () => {
    const [left] = leftoversOf(["arn:aws:cloudfront::123456789012:distribution/E1"], []);
    expect(left?.commands?.map((command) => /aws cloudfront ([a-z-]+)/.exec(command)?.[1])).toEqual([
      "get-distribution-config",
      "update-distribution",
      "wait",
      "delete-distribution",
    ]);
    expect(left?.commands?.join()).toContain(".Enabled = false");
  });

  test("what no command is known for is listed all the same, and every command stands on a line of its own", () => {
    const [unknown] = leftoversOf(["arn:aws:kms:eu-west-1:123456789012:key/one"], []);
    expect(unknown).toEqual({ name: expect.stringContaining("key/one"), note: expect.stringContaining("console") });
    expect(describeLeftover({ name: "a", note: "b", commands: ["c", "d"] })).toEqual(["a: b", "  c", "  d"]);
  });
});
