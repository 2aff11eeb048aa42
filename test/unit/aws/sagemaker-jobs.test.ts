/** The adapter of SageMaker's training jobs, against a server that responds as SageMaker does. */
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { createSageMakerJobs, type SageMakerJobs } from "../../../lambdas/aws/sagemaker-jobs";
import { deniedTraining, usedUpQuota } from "../../fakes/scripted-sagemaker";
import { CollectingLog } from "../../fakes/telemetry";
import { awsClientSettings } from "../../support/aws-client-settings";
import { type ListeningServer, startListeningServer } from "../../support/listening-server";

interface Scripted {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const scripted: Scripted[] = [];
const asked: string[] = [];
let server: ListeningServer;
let client: SageMakerClient;
beforeAll(async () => {
  server = await startListeningServer((request, response) => {
    request.resume();
    request.on("end", () => {
      asked.push(String(request.headers["x-amz-target"]).replace("SageMaker.", ""));
      const { status, body } = scripted.shift() ?? { status: 500, body: { __type: "InternalFailure" } };
      response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(body));
    });
  });
  client = new SageMakerClient(awsClientSettings(server.url));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});
beforeEach(() => {
  scripted.length = 0;
  asked.length = 0;
});

const log = new CollectingLog();
const pauses: number[] = [];
const jobs = (): SageMakerJobs => {
  log.lines.length = 0;
  pauses.length = 0;
  return createSageMakerJobs({
    client,
    log,
    pause: async (milliseconds) => {
      pauses.push(milliseconds);
    },
  });
};

const running: Scripted = {
  status: 200,
  body: { TrainingJobName: "job", TrainingJobStatus: "InProgress", SecondaryStatus: "Training" },
};
const refusedWith = (message: string): Scripted => ({ status: 400, body: { __type: "ValidationException", message } });

describe("B15: a job that SageMaker does not seem to know", () => {
  test("is there if the second reading finds it, and the first text is in the log", async () => {
    scripted.push(refusedWith("1 validation error detected"), running);
    expect(await jobs().describe("job")).toMatchObject({ status: "InProgress", secondaryStatus: "Training" });
    expect(pauses).toEqual([2_000]);
    expect(log.lines).toEqual([
      {
        level: "warn",
        message: expect.any(String),
        details: { trainingJobName: "job", reason: expect.stringContaining("1 validation error detected") },
      },
    ]);
  });

  test("is not there once two readings say so", async () => {
    scripted.push(refusedWith("Requested resource not found."), refusedWith("Requested resource not found."));
    expect(await jobs().describe("job")).toBeUndefined();
    expect(asked).toEqual(["DescribeTrainingJob", "DescribeTrainingJob"]);
    expect(log.lines).toHaveLength(2);
  });

  test("is not decided by another error: it is thrown at once, at the first and at the second reading", async () => {
    const throttled: Scripted = { status: 400, body: { __type: "ThrottlingException", message: "Rate exceeded" } };
    scripted.push(throttled);
    await expect(jobs().describe("job")).rejects.toThrow("Rate exceeded");
    scripted.push(refusedWith("Requested resource not found."), throttled);
    await expect(jobs().describe("job")).rejects.toThrow("Rate exceeded");
  });

  test("a job that is there is read once", async () => {
    scripted.push(running);
    await jobs().describe("job");
    expect([asked.length, pauses.length, log.lines.length]).toEqual([1, 0, 0]);
  });
});

const request: Parameters<SageMakerJobs["create"]>[0] = {
  TrainingJobName: "job",
  RoleArn: "arn:aws:iam::123456789012:role/training",
  OutputDataConfig: { S3OutputPath: "s3://bucket/output" },
  ResourceConfig: { InstanceType: "ml.m5.xlarge", InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
};

test("a policy that forbids the job is told at once, with the service's text", async () => {
  scripted.push({ status: 400, body: { __type: "AccessDeniedException", Message: deniedTraining } });
  expect(await jobs().create(request)).toEqual({ kind: "ACCESS_DENIED", reason: deniedTraining });
  expect(asked).toEqual(["CreateTrainingJob"]);
});

test("B1: a refusal for a quota keeps the service's text", async () => {
  scripted.push({ status: 400, body: { __type: "ResourceLimitExceeded", message: usedUpQuota } });
  expect(await jobs().create(request)).toEqual({ kind: "QUOTA_EXCEEDED", reason: usedUpQuota });
});
