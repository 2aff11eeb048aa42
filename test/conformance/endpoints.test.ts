import { connect } from "node:net";
import {
  AddTagsCommand,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type CreateEndpointConfigCommandInput,
  CreateModelCommand,
  type CreateModelCommandInput,
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteTagsCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTagsCommand,
  UpdateEndpointCommand,
  waitUntilEndpointDeleted,
  waitUntilEndpointInService,
  waitUntilTrainingJobCompletedOrStopped,
} from "@aws-sdk/client-sagemaker";
import {
  InvokeEndpointAsyncCommand,
  InvokeEndpointCommand,
  ModelNotReadyException,
} from "@aws-sdk/client-sagemaker-runtime";
import * as z from "zod";
import { bucket, imageUri, injectFault, type LocalServices, role, startLocalServices } from "./support/local-services";
import { freshName, trainingJobRequest } from "./support/training-job-request";
import { until } from "./support/until";

const echo = z.looseObject({
  bytes: z.number(),
  contentType: z.string().optional(),
  headers: z.array(z.string()),
  name: z.string().optional(),
  weights: z.string().optional(),
  pid: z.number(),
  port: z.string(),
});

const serverless = { MemorySizeInMB: 2048, MaxConcurrency: 2 };

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices({ endpointCrashLimit: 2, invocationTimeoutSeconds: 1, endpointStartSeconds: 15 });
});

afterAll(async () => {
  await services.stop();
});

type Variant = NonNullable<CreateEndpointConfigCommandInput["ProductionVariants"]>[number];

/** A model and a configuration of one name. */
async function define(params: {
  readonly environment?: Record<string, string>;
  readonly model?: Partial<CreateModelCommandInput>;
  readonly modelData?: string;
  readonly variant?: Partial<Variant>;
}): Promise<string> {
  const name = freshName("served");
  await services.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: role,
      PrimaryContainer: {
        Image: imageUri,
        Environment: { NAME: name, ...params.environment },
        ...(params.modelData === undefined ? {} : { ModelDataUrl: params.modelData }),
      },
      ...params.model,
    }),
  );
  await services.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: "AllTraffic", ModelName: name, ...(params.variant ?? { ServerlessConfig: serverless }) },
      ],
    }),
  );
  return name;
}

async function create(configName: string): Promise<string> {
  await services.sagemaker.send(
    new CreateEndpointCommand({ EndpointName: configName, EndpointConfigName: configName }),
  );
  return configName;
}

async function waitInService(name: string): Promise<void> {
  await waitUntilEndpointInService(
    { client: services.sagemaker, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.2 },
    { EndpointName: name },
  );
}

async function status(name: string): Promise<{ status: string | undefined; reason: string | undefined }> {
  const { EndpointStatus, FailureReason } = await services.sagemaker.send(
    new DescribeEndpointCommand({ EndpointName: name }),
  );
  return { status: EndpointStatus, reason: FailureReason };
}

async function invoke(name: string, body: object | string = {}): Promise<z.infer<typeof echo>> {
  const { Body } = await services.runtime.send(
    new InvokeEndpointCommand({
      EndpointName: name,
      Body: typeof body === "string" ? body : JSON.stringify(body),
      ContentType: "application/json",
      Accept: "application/json",
    }),
  );
  const content: unknown = JSON.parse(Body.transformToString());
  return echo.parse(content);
}

async function remove(name: string): Promise<void> {
  await services.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
  await waitUntilEndpointDeleted(
    { client: services.sagemaker, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.2 },
    { EndpointName: name },
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

it("is InService only after the first good ping, serves, and frees process and port when it is deleted", async () => {
  const name = await define({ environment: { HEALTHY_AFTER_MILLISECONDS: "1500" } });
  const begun = Date.now();
  await create(name);
  expect((await status(name)).status).toBe("Creating");
  await expect(invoke(name)).rejects.toMatchObject({
    name: "ValidationError",
    message: expect.stringContaining("not found"),
  });
  await waitInService(name);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(1_500);

  const { Body, ContentType, InvokedProductionVariant, CustomAttributes } = await services.runtime.send(
    new InvokeEndpointCommand({
      EndpointName: name,
      Body: "abc",
      ContentType: "text/plain",
      CustomAttributes: "trace=1",
    }),
  );
  expect({ ContentType, InvokedProductionVariant, CustomAttributes }).toEqual({
    ContentType: "application/json",
    InvokedProductionVariant: "AllTraffic",
    CustomAttributes: "trace=1",
  });
  const content: unknown = JSON.parse(Body.transformToString());
  const response = echo.parse(content);
  expect(response).toMatchObject({ bytes: 3, contentType: "text/plain", name });
  // The platform strips what is not of the API: no signature reaches a container.
  expect(response.headers).not.toContain("authorization");

  const described = await services.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
  expect(described.ProductionVariants?.[0]).toMatchObject({
    VariantName: "AllTraffic",
    CurrentServerlessConfig: serverless,
  });

  await remove(name);
  await expect(status(name)).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringMatching(/^Could not find endpoint "arn:aws:sagemaker:.*"\.$/),
  });
  expect(isAlive(response.pid)).toBe(false);
  expect(await isListening(Number(response.port))).toBe(false);
});

it("unpacks a training job's model for the container", async () => {
  const job = freshName("trained");
  await services.sagemaker.send(
    new CreateTrainingJobCommand(
      trainingJobRequest(job, {}, { OutputDataConfig: { S3OutputPath: `s3://${bucket}/models` } }),
    ),
  );
  await waitUntilTrainingJobCompletedOrStopped(
    { client: services.sagemaker, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.2 },
    { TrainingJobName: job },
  );
  const name = await create(await define({ modelData: `s3://${bucket}/models/${job}/output/model.tar.gz` }));
  await waitInService(name);
  expect((await invoke(name)).weights).toMatch(/^[0-9a-f]{64}$/);
  await remove(name);
});

it("is Failed with its reason when the container does not come up", async () => {
  const crashing = await create(await define({ environment: { CRASH_AT_START: "true" } }));
  await expect(waitInService(crashing)).rejects.toThrow();
  expect(await status(crashing)).toEqual({
    status: "Failed",
    reason: expect.stringMatching(/did not pass the ping health check.*exit code 3/),
  });
  await remove(crashing);

  const unreachable = await create(await define({ modelData: `s3://${bucket}/nothing/model.tar.gz` }));
  await expect(waitInService(unreachable)).rejects.toThrow();
  expect((await status(unreachable)).reason).toMatch(/Could not download the model data/);
  await remove(unreachable);
});

it("restarts a container that was killed, and responds in the runtime's words meanwhile", async () => {
  const name = await create(await define({}));
  await waitInService(name);
  const { pid } = await invoke(name);
  await expect(invoke(name, { crash: true })).rejects.toMatchObject({
    name: "ModelError",
    $metadata: { httpStatusCode: 424 },
  });
  const notReady = await until("the endpoint says that it is not ready", async () => {
    const error: unknown = await invoke(name).then(
      () => undefined,
      (problem: unknown) => problem,
    );
    return error instanceof ModelNotReadyException ? error : undefined;
  });
  expect(notReady.$metadata.httpStatusCode).toBe(429);
  const again = await until("the container is back", async () => await invoke(name));
  expect(again.pid).not.toBe(pid);
  expect((await status(name)).status).toBe("InService");
  await remove(name);
});

it("cuts time, size and concurrency like the service", async () => {
  const name = await create(await define({}));
  const realTime = await create(await define({ variant: { InitialInstanceCount: 1, InstanceType: "ml.m5.large" } }));
  await Promise.all([waitInService(name), waitInService(realTime)]);

  await expect(invoke(name, { milliseconds: 5_000 })).rejects.toMatchObject({
    name: "ModelError",
    OriginalStatusCode: 0,
    OriginalMessage: expect.stringContaining("timed out"),
  });
  await expect(invoke(name, { status: 400, text: '{"code":"BAD_REQUEST"}' })).rejects.toMatchObject({
    name: "ModelError",
    OriginalStatusCode: 400,
    OriginalMessage: '{"code":"BAD_REQUEST"}',
    LogStreamArn: expect.stringContaining(`/aws/sagemaker/Endpoints/${name}`),
    message: expect.stringMatching(/^Received client error \(400\) from primary with message/),
  });
  await expect(invoke(name, { status: 500, text: "broken" })).rejects.toMatchObject({
    message: expect.stringMatching(/^Received server error \(500\) from primary with message "broken"/),
  });

  const mebibyte = 1024 * 1024;
  expect((await invoke(name, "x".repeat(4 * mebibyte))).bytes).toBe(4 * mebibyte);
  await expect(invoke(name, "x".repeat(4 * mebibyte + 1))).rejects.toMatchObject({
    name: "ValidationError",
    message: expect.stringContaining("oversize body"),
  });
  expect((await invoke(realTime, "x".repeat(6 * mebibyte))).bytes).toBe(6 * mebibyte);
  await expect(invoke(realTime, "x".repeat(6 * mebibyte + 1))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 413 },
  });
  await expect(invoke(name, { bytes: 4 * mebibyte + 1 })).rejects.toMatchObject({ name: "ModelError" });

  const calls = await Promise.allSettled([1, 2, 3].map(async () => await invoke(name, { milliseconds: 400 })));
  const refused = calls.filter((call) => call.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(refused[0]?.reason).toMatchObject({ name: "ThrottlingException", $metadata: { httpStatusCode: 429 } });
  await Promise.all([remove(name), remove(realTime)]);
});

it("updates to a new configuration without a gap, and keeps the old one when the new one does not come up", async () => {
  const name = await create(await define({}));
  await waitInService(name);
  const before = await invoke(name);
  const better = await define({});
  await services.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: better }));
  expect((await status(name)).status).toBe("Updating");
  expect((await invoke(name)).pid).toBe(before.pid);
  await waitInService(name);
  expect((await invoke(name)).name).toBe(better);
  await until("the old container is gone", () => (isAlive(before.pid) ? undefined : true));

  const broken = await define({ environment: { CRASH_AT_START: "true" } });
  await services.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: broken }));
  await waitInService(name);
  expect(await status(name)).toMatchObject({ status: "InService", reason: expect.stringContaining("ping") });
  expect((await invoke(name)).name).toBe(better);

  const realTime = await define({ variant: { InitialInstanceCount: 1, InstanceType: "ml.m5.large" } });
  await expect(
    services.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: realTime })),
  ).rejects.toMatchObject({ name: "ValidationException" });
  await remove(name);
});

it("deletes an endpoint that is still being created", async () => {
  await injectFault(services, { kind: "endpointStartFailure" });
  const name = await create(await define({}));
  await remove(name);
  await expect(status(name)).rejects.toMatchObject({ name: "ValidationException" });
});

it("describes, lists, tags and deletes models, configurations and endpoints", async () => {
  const name = await define({});
  const { ModelArn } = await services.sagemaker.send(new DescribeModelCommand({ ModelName: name }));
  const { EndpointConfigArn } = await services.sagemaker.send(
    new DescribeEndpointConfigCommand({ EndpointConfigName: name }),
  );
  const listed = await Promise.all([
    services.sagemaker.send(new ListModelsCommand({ NameContains: name })),
    services.sagemaker.send(new ListEndpointConfigsCommand({ NameContains: name })),
    services.sagemaker.send(new ListEndpointsCommand({ NameContains: name })),
  ]);
  expect(listed[0].Models?.map((model) => model.ModelArn)).toEqual([ModelArn]);
  expect(listed[1].EndpointConfigs?.map((config) => config.EndpointConfigArn)).toEqual([EndpointConfigArn]);
  expect(listed[2].Endpoints).toEqual([]);

  await services.sagemaker.send(
    new AddTagsCommand({
      ResourceArn: ModelArn,
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    }),
  );
  await services.sagemaker.send(new DeleteTagsCommand({ ResourceArn: ModelArn, TagKeys: ["a"] }));
  const { Tags } = await services.sagemaker.send(new ListTagsCommand({ ResourceArn: ModelArn }));
  expect(Tags).toEqual([{ Key: "b", Value: "2" }]);

  await expect(define({ model: { ModelName: name } })).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringMatching(/^Cannot create already existing model "arn:/),
  });
  await services.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }));
  await services.sagemaker.send(new DeleteModelCommand({ ModelName: name }));
  await expect(services.sagemaker.send(new DescribeModelCommand({ ModelName: name }))).rejects.toMatchObject({
    name: "ValidationException",
    message: expect.stringMatching(/^Could not find model "arn:/),
  });
  await expect(create(name)).rejects.toMatchObject({
    message: expect.stringMatching(/^Could not find endpoint configuration "arn:/),
  });
  await expect(services.sagemaker.send(new ListTagsCommand({ ResourceArn: ModelArn }))).rejects.toMatchObject({
    name: "ValidationException",
  });
});

it("says that asynchronous invocation is not supported", async () => {
  await expect(
    services.runtime.send(
      new InvokeEndpointAsyncCommand({ EndpointName: "any", InputLocation: `s3://${bucket}/input` }),
    ),
  ).rejects.toMatchObject({
    message: expect.stringContaining("InvokeEndpointAsync is not supported by this local SageMaker"),
  });
});
