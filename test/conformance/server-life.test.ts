import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DescribeEndpointCommand,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import { startLocalSageMaker } from "../../local/sagemaker/server";
import { type Cloud, getObject, imageUri, role, sagemakerConfig, startCloud } from "./support/local-services";
import { processesWith } from "./support/processes";
import { endServer, type RestartableServer, startRestartableServer } from "./support/restartable-server";
import { trainingJobEnd } from "./support/training-job-end";
import { freshName, trainingJobRequest } from "./support/training-job-request";
import { until } from "./support/until";

let cloud: Cloud;

beforeAll(async () => {
  cloud = await startCloud();
});

afterAll(async () => {
  await cloud.stop();
});

async function createJob(
  running: RestartableServer,
  hyperParameters: Record<string, string>,
  retries?: number,
): Promise<string> {
  const name = freshName("life");
  await running.sagemaker.send(
    new CreateTrainingJobCommand(
      trainingJobRequest(name, hyperParameters, {
        ...(retries === undefined ? {} : { RetryStrategy: { MaximumRetryAttempts: retries } }),
      }),
    ),
  );
  await until(`${name} has a checkpoint`, async () => await getObject(cloud, `checkpoints/${name}/state.json`));
  return name;
}

async function createEndpoint(running: RestartableServer): Promise<string> {
  const name = freshName("life");
  const { sagemaker } = running;
  await sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: role,
      PrimaryContainer: { Image: imageUri, Environment: { NAME: name } },
    }),
  );
  await sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: "AllTraffic", ModelName: name, ServerlessConfig: { MemorySizeInMB: 1024, MaxConcurrency: 1 } },
      ],
    }),
  );
  await sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  await waitInService(running, name);
  return name;
}

async function waitInService(running: RestartableServer, name: string): Promise<void> {
  await until(`${name} is in service`, async () => {
    const { EndpointStatus } = await running.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    return EndpointStatus === "InService" ? true : undefined;
  });
  await running.runtime.send(new InvokeEndpointCommand({ EndpointName: name, Body: "{}" }));
}

async function noProcessesOf(jobs: readonly string[], endpoints: readonly string[]): Promise<void> {
  await until("all containers are gone", () => {
    const left = [
      ...jobs.flatMap((name) => processesWith("TRAINING_JOB_NAME", name)),
      ...endpoints.flatMap((name) => processesWith("NAME", name)),
    ];
    return left.length === 0 ? true : undefined;
  });
}

/** Ends only when it is ended. */
const endless = { epochs: "1000000" };

it.each(["SIGINT", "end of standard input"] as const)("ends with all of its containers on %s", async (end) => {
  const running = await startRestartableServer(cloud, freshName("state"));
  const { server } = running;
  const job = await createJob(running, endless);
  if (end === "end of standard input") server.child.stdin?.end();
  else process.kill(server.pid, end);
  expect(await server.ended).toBe(0);
  expect(processesWith("TRAINING_JOB_NAME", job)).toEqual([]);
});

it.each(["SIGTERM", "SIGKILL"] as const)(
  "leaves no process after %s; the next server settles the jobs and brings the endpoints back",
  async (end) => {
    const state = freshName("state");
    const first = await startRestartableServer(cloud, state);
    const [firm, retried, stopping, endpoint] = await Promise.all([
      createJob(first, endless),
      createJob(first, { epochs: "6", holdAtEpoch: "3" }, 1),
      // A container that ignores SIGTERM and has a child must not hold the server up, nor outlive it.
      createJob(first, { ...endless, ignoreSigterm: "true", child: "true" }),
      createEndpoint(first),
    ]);
    expect(processesWith("TRAINING_JOB_NAME", firm)).not.toEqual([]);
    await until("epoch 3 is in S3", async () => {
      const progress = await getObject(cloud, `checkpoints/${retried}/progress.jsonl`);
      return progress?.includes('"epoch":3,') === true ? true : undefined;
    });
    await first.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: stopping }));

    const begun = Date.now();
    process.kill(first.server.pid, end);
    expect(await first.server.ended).toBe(end === "SIGKILL" ? "SIGKILL" : 0);
    expect(Date.now() - begun).toBeLessThan(10_000);
    await noProcessesOf([firm, retried, stopping], [endpoint]);
    const second = await startRestartableServer(cloud, state);
    try {
      expect(await trainingJobEnd(second, firm)).toMatchObject({
        TrainingJobStatus: "Failed",
        FailureReason: expect.stringMatching(/^InternalServerError: The local SageMaker server/),
      });
      expect((await trainingJobEnd(second, stopping)).TrainingJobStatus).toBe("Stopped");
      await waitInService(second, endpoint);
      const job = await trainingJobEnd(second, retried);
      expect(job.TrainingJobStatus).toBe("Completed");
      expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
        "Starting",
        "Downloading",
        "Training",
        "Restarting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
      ]);
      // It went on where it was: each epoch once.
      const progress = await getObject(cloud, `checkpoints/${retried}/progress.jsonl`);
      expect(progress?.toString("utf8").match(/"epoch":\d+/g)).toEqual(
        [1, 2, 3, 4, 5, 6].map((epoch) => `"epoch":${epoch}`),
      );
    } finally {
      await endServer(second);
    }
    await noProcessesOf([firm, retried, stopping], [endpoint]);
  },
  60_000,
);

it("does not share a state directory with another server", async () => {
  const config = sagemakerConfig({ directory: cloud.directory, endpointUrl: cloud.ministack.endpointUrl });
  const server = await startLocalSageMaker(config);
  await expect(startLocalSageMaker(config)).rejects.toThrow(/Another local SageMaker server \(pid \d+\) works on/);
  await server.stop();
  await (await startLocalSageMaker(config)).stop();
});
