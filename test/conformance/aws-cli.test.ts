/**
 * The AWS CLI (its first version) as a client: told the address, and nothing else. It shows errors in its own way: an exit
 * status, and the code in its text. It is a heavy program: what is only waited for is asked with the SDK.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { DescribeEndpointCommand } from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import { AwsCli, type AwsCliResponse } from "./support/aws-cli";
import { bucket, getObject, imageUri, type LocalServices, role, startLocalServices } from "./support/local-services";
import { trainingJobEnd } from "./support/training-job-end";
import { freshName, trainingJobRequest } from "./support/training-job-request";
import { until } from "./support/until";

/** Of a response that is an error, in the CLI's first version; the second says 254. */
const refused = 255;

let services: LocalServices;
let cli: AwsCli;

beforeAll(async () => {
  services = await startLocalServices();
  cli = new AwsCli(services.sagemakerUrl);
});

afterAll(async () => {
  cli.remove();
  await services.stop();
});

const sagemaker = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
  await cli.json("sagemaker", ...args);

async function create(name: string, hyperParameters: Record<string, string> = {}): Promise<Record<string, unknown>> {
  writeFileSync(cli.file(`${name}.json`), JSON.stringify(trainingJobRequest(name, hyperParameters)));
  return await sagemaker("create-training-job", "--cli-input-json", `file://${cli.file(`${name}.json`)}`);
}

/** The CLI's waiters poll only every two minutes, so they are called when there is nothing left to wait for. */
async function finished(name: string): Promise<void> {
  await trainingJobEnd(services, name);
}

async function expectError(args: readonly string[], code: string, operation: string, text: RegExp): Promise<void> {
  const { exitCode, stderr, stdout } = await cli.run(...args);
  expect({ args, stdout, exitCode }).toEqual({ args, stdout: "", exitCode: refused });
  expect(stderr).toContain(`An error occurred (${code}) when calling the ${operation} operation: `);
  expect(stderr).toMatch(text);
}

it("creates, describes, lists, tags, waits for, stops and deletes training jobs", async () => {
  const prefix = freshName("cli");
  const [done, long, fails] = [`${prefix}-done`, `${prefix}-long`, `${prefix}-fails`];
  const [created] = await Promise.all([
    create(done, { epochs: "3" }),
    create(long, { epochs: "100000" }),
    create(fails, { exitCode: "3", failure: "No music." }),
  ]);
  expect(created).toEqual({ TrainingJobArn: expect.stringMatching(new RegExp(`:training-job/${done}$`)) });
  await until(`${long} has finished an epoch`, async () => await getObject(services, `checkpoints/${long}/state.json`));
  expect(await sagemaker("stop-training-job", "--training-job-name", long)).toEqual({});
  await Promise.all([finished(done), finished(long), finished(fails)]);

  const wait = async (name: string): Promise<AwsCliResponse> =>
    await cli.run("sagemaker", "wait", "training-job-completed-or-stopped", "--training-job-name", name);
  const [first, second, third] = await Promise.all([wait(done), wait(long), wait(fails)]);
  expect([first, second]).toEqual([
    { exitCode: 0, stdout: "", stderr: "" },
    { exitCode: 0, stdout: "", stderr: "" },
  ]);
  expect(third.exitCode).toBe(255);
  expect(third.stderr).toContain("Waiter TrainingJobCompletedOrStopped failed");

  expect(await sagemaker("describe-training-job", "--training-job-name", done)).toMatchObject({
    TrainingJobName: done,
    TrainingJobStatus: "Completed",
    SecondaryStatus: "Completed",
    HyperParameters: { epochs: "3" },
    ModelArtifacts: { S3ModelArtifacts: `s3://${bucket}/results/${done}/output/model` },
    // The CLI shows times as they came: seconds.
    CreationTime: expect.any(Number),
    FinalMetricDataList: expect.arrayContaining([expect.objectContaining({ MetricName: "epoch", Value: 3 })]),
  });
  // The CLI asks for page after page, and shows them as one.
  const listed = await sagemaker(
    ...["list-training-jobs", "--name-contains", prefix, "--page-size", "1", "--sort-by", "Name"],
  );
  const { TrainingJobSummaries } = z
    .object({ TrainingJobSummaries: z.array(z.looseObject({ TrainingJobName: z.string() })) })
    .parse(listed);
  expect(TrainingJobSummaries.map(({ TrainingJobName }) => TrainingJobName)).toEqual([done, fails, long]);

  const arn = String(created["TrainingJobArn"]);
  await sagemaker("add-tags", "--resource-arn", arn, "--tags", "Key=client,Value=aws cli");
  expect(await sagemaker("list-tags", "--resource-arn", arn)).toEqual({ Tags: [{ Key: "client", Value: "aws cli" }] });

  await Promise.all([
    expectError(
      ["sagemaker", "stop-training-job", "--training-job-name", done],
      "ValidationException",
      "StopTrainingJob",
      /in status Completed/,
    ),
    expectError(
      ["sagemaker", "create-training-job", "--cli-input-json", `file://${cli.file(`${done}.json`)}`],
      "ResourceInUse",
      "CreateTrainingJob",
      /must be unique/,
    ),
  ]);
  await sagemaker("delete-training-job", "--training-job-name", done);
  await expectError(
    ["sagemaker", "describe-training-job", "--training-job-name", done],
    "ValidationException",
    "DescribeTrainingJob",
    /Requested resource not found/,
  );
});

it("creates an endpoint, waits for it, invokes it and deletes it", async () => {
  const name = freshName("cli");
  await sagemaker(
    ...["create-model", "--model-name", name, "--execution-role-arn", role],
    ...["--primary-container", `Image=${imageUri},Environment={NAME=${name}}`],
  );
  await sagemaker(
    ...["create-endpoint-config", "--endpoint-config-name", name, "--production-variants"],
    `VariantName=AllTraffic,ModelName=${name},ServerlessConfig={MemorySizeInMB=1024,MaxConcurrency=1}`,
  );
  expect(await sagemaker("create-endpoint", "--endpoint-name", name, "--endpoint-config-name", name)).toEqual({
    EndpointArn: expect.stringMatching(/:endpoint\/cli-/),
  });
  await until(`${name} is in service`, async () => {
    const { EndpointStatus } = await services.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    return EndpointStatus === "InService" ? true : undefined;
  });
  expect((await cli.run("sagemaker", "wait", "endpoint-in-service", "--endpoint-name", name)).exitCode).toBe(0);

  writeFileSync(cli.file("body.json"), "{}");
  const invoke = ["sagemaker-runtime", "invoke-endpoint", "--endpoint-name"];
  expect(
    await cli.json(
      ...[...invoke, name, "--content-type", "application/json", "--body", `fileb://${cli.file("body.json")}`],
      cli.file("response.json"),
    ),
  ).toMatchObject({ ContentType: "application/json", InvokedProductionVariant: "AllTraffic" });
  expect(JSON.parse(readFileSync(cli.file("response.json"), "utf8"))).toMatchObject({ name, bytes: 2 });

  writeFileSync(cli.file("refused.json"), '{"status":400,"text":"no such note"}');
  await Promise.all([
    expectError(
      [...invoke, name, "--body", `fileb://${cli.file("refused.json")}`, cli.file("nothing")],
      "ModelError",
      "InvokeEndpoint",
      /Received client error \(400\) from primary with message "no such note"/,
    ),
    expectError(
      [...invoke, "nobody", "--body", `fileb://${cli.file("body.json")}`, cli.file("nothing")],
      "ValidationError",
      "InvokeEndpoint",
      /Endpoint nobody of account \d{12} not found/,
    ),
  ]);
  await sagemaker("delete-endpoint", "--endpoint-name", name);
  await until(`${name} is gone`, async () => {
    const described = services.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    return await described.then(
      () => undefined,
      () => true,
    );
  });
});

it("shows what the server refuses, and what it has not", async () => {
  await Promise.all([
    expectError(
      ["sagemaker", "describe-training-job", "--training-job-name", "no_underscore"],
      "ValidationException",
      "DescribeTrainingJob",
      /Value 'no_underscore' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression/,
    ),
    expectError(
      ["sagemaker", "list-notebook-instances"],
      "UnknownOperationException",
      "ListNotebookInstances",
      /not supported by this local SageMaker server/,
    ),
    expectError(
      ["sagemaker-runtime", "invoke-endpoint-async", "--endpoint-name", "any", "--input-location", `s3://${bucket}/in`],
      "ValidationError",
      "InvokeEndpointAsync",
      /not supported by this local SageMaker server/,
    ),
  ]);
});
