import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
  waitUntilTrainingJobCompletedOrStopped,
} from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import { networkNamespaceCommand } from "../../local/sagemaker/container/container-process";
import {
  bucket,
  getObject,
  injectFault,
  listKeys,
  type LocalServices,
  putObject,
  startLocalServices,
} from "./support/local-services";
import { processesWith } from "./support/processes";
import { freshName, trainingJobRequest } from "./support/training-job-request";
import { until } from "./support/until";

const spot = {
  EnableManagedSpotTraining: true,
  StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 600 },
} as const;

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
  await putObject(services, "data/pieces.jsonl", "{}\n");
  await putObject(services, "data/more/manifest.json", "{}");
  await putObject(services, "data-sibling/other.txt", "not asked for");
});

afterAll(async () => {
  await services.stop();
});

async function create(request: CreateTrainingJobCommandInput): Promise<string> {
  const { TrainingJobArn } = await services.sagemaker.send(new CreateTrainingJobCommand(request));
  expect(TrainingJobArn).toMatch(/^arn:aws:sagemaker:eu-central-1:\d{12}:training-job\//);
  return request.TrainingJobName ?? "";
}

async function describeJob(name: string): Promise<DescribeTrainingJobCommandOutput> {
  return await services.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
}

async function stopJob(name: string): Promise<void> {
  await services.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
}

/** With the SDK's own waiter, which throws for a job that Failed. */
async function waitForEnd(name: string): Promise<DescribeTrainingJobCommandOutput> {
  await waitUntilTrainingJobCompletedOrStopped(
    { client: services.sagemaker, maxWaitTime: 30, minDelay: 0.05, maxDelay: 0.2 },
    { TrainingJobName: name },
  ).catch(() => undefined);
  const job = await describeJob(name);
  expect(["Completed", "Failed", "Stopped"]).toContain(job.TrainingJobStatus);
  return job;
}

async function waitForStatus(name: string, status: string): Promise<void> {
  await until(`${name} is ${status}`, async () =>
    (await describeJob(name)).SecondaryStatus === status ? true : undefined,
  );
}

/** At least one checkpoint has come to S3. */
async function waitForEpoch(name: string): Promise<void> {
  await until(`${name} has finished an epoch`, async () => await getObject(services, `checkpoints/${name}/state.json`));
}

function phases(job: DescribeTrainingJobCommandOutput): string[] {
  return (job.SecondaryStatusTransitions ?? []).map(({ Status }) => Status ?? "");
}

/** How long the job has been in this phase, altogether. */
function secondsIn(job: DescribeTrainingJobCommandOutput, phase: string): number {
  const times = (job.SecondaryStatusTransitions ?? []).filter(({ Status }) => Status === phase);
  return times.reduce(
    (sum, { StartTime, EndTime }) => sum + ((EndTime?.getTime() ?? 0) - (StartTime?.getTime() ?? 0)) / 1_000,
    0,
  );
}

function expectOrderedTimes(job: DescribeTrainingJobCommandOutput): void {
  const transitions = job.SecondaryStatusTransitions ?? [];
  for (const [index, { StartTime, EndTime }] of transitions.entries()) {
    expect(EndTime?.getTime()).toBeGreaterThanOrEqual(StartTime?.getTime() ?? Infinity);
    const next = transitions[index + 1];
    if (next !== undefined) expect(next.StartTime?.getTime()).toBe(EndTime?.getTime());
  }
  const times = [job.CreationTime, job.TrainingStartTime, job.TrainingEndTime, job.LastModifiedTime];
  const known = times.flatMap((time) => (time === undefined ? [] : [time.getTime()]));
  expect(known).toEqual([...known].sort((one, other) => one - other));
}

const seenByContainer = z.object({
  configuration: z.record(z.string(), z.unknown()),
  environment: z.record(z.string(), z.string()),
  inputs: z.array(z.string()),
  network: z.string().optional(),
});

/** What the container found when it started. */
async function seen(name: string): Promise<z.infer<typeof seenByContainer>> {
  const text = await getObject(services, `results/${name}/output/data/seen.json`);
  const content: unknown = JSON.parse(text?.toString("utf8") ?? "{}");
  return seenByContainer.parse(content);
}

describe("a job that ends well", () => {
  it("goes through the phases in order and leaves model, data, checkpoints and metrics", async () => {
    const name = await create(
      trainingJobRequest(
        freshName("well"),
        { epochs: "3", learningRate: "0.001" },
        {
          InputDataConfig: [
            {
              ChannelName: "dataset",
              ContentType: "application/jsonlines",
              DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${bucket}/data/` } },
            },
          ],
          Environment: { ASKED_FOR: "this" },
        },
      ),
    );
    const job = await waitForEnd(name);

    expect(job.TrainingJobStatus).toBe("Completed");
    expect(phases(job)).toEqual(["Starting", "Downloading", "Training", "Uploading", "Completed"]);
    expectOrderedTimes(job);
    expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`s3://${bucket}/results/${name}/output/model`);
    expect(await listKeys(services, `results/${name}/`)).toEqual([
      `results/${name}/output/data/seen.json`,
      `results/${name}/output/model/nested/card.json`,
      `results/${name}/output/model/weights.txt`,
    ]);
    expect(await listKeys(services, `checkpoints/${name}/`)).toEqual([
      `checkpoints/${name}/progress.jsonl`,
      `checkpoints/${name}/state.json`,
    ]);
    const metrics = new Map((job.FinalMetricDataList ?? []).map(({ MetricName, Value }) => [MetricName, Value]));
    expect(metrics.get("epoch")).toBe(3);
    expect(metrics.get("loss")).toBeCloseTo(1 / 3);

    const { configuration, environment, inputs } = await seen(name);
    expect(configuration).toMatchObject({
      "hyperparameters.json": { epochs: "3", learningRate: "0.001" },
      "inputdataconfig.json": {
        dataset: {
          ContentType: "application/jsonlines",
          TrainingInputMode: "File",
          S3DistributionType: "FullyReplicated",
        },
      },
      "resourceconfig.json": { current_host: "algo-1", hosts: ["algo-1"], current_instance_type: "ml.m5.large" },
      "checkpointconfig.json": { S3Uri: `s3://${bucket}/checkpoints/${name}/` },
    });
    expect(inputs).toEqual(["input/data/dataset/more/manifest.json", "input/data/dataset/pieces.jsonl"]);
    // Only what the platform, the image and the request set; nothing of this process.
    expect(Object.keys(environment).sort()).toEqual(
      [
        "ASKED_FOR",
        "AWS_ACCESS_KEY_ID",
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "FROM_IMAGE",
        "HOME",
        "PATH",
        "PWD",
        "SAGEMAKER_BASE_DIR",
        "TMPDIR",
        "TRAINING_JOB_ARN",
        "TRAINING_JOB_NAME",
      ].filter((variable) => variable in environment || variable !== "PWD"),
    );
    expect(environment).toMatchObject({ TRAINING_JOB_NAME: name, TRAINING_JOB_ARN: job.TrainingJobArn });
  });

  it("packs archives that GNU tar unpacks, owned by root, with relative names", async () => {
    const name = await create(
      trainingJobRequest(freshName("packed"), {}, { OutputDataConfig: { S3OutputPath: `s3://${bucket}/results/` } }),
    );
    const job = await waitForEnd(name);
    expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(`s3://${bucket}/results/${name}/output/model.tar.gz`);
    expect(await listKeys(services, `results/${name}/`)).toEqual([
      `results/${name}/output/model.tar.gz`,
      `results/${name}/output/output.tar.gz`,
    ]);
    const folder = mkdtempSync(join(tmpdir(), "opencomposer-archive-"));
    try {
      const archive = join(folder, "model.tar.gz");
      writeFileSync(archive, (await getObject(services, `results/${name}/output/model.tar.gz`)) ?? "");
      const listed = execFileSync("tar", ["-tvzf", archive], { encoding: "utf8" }).trim().split("\n");
      expect(listed.map((line) => line.split(/\s+/).at(-1))).toEqual(["nested/card.json", "weights.txt"]);
      for (const line of listed) expect(line).toMatch(/^-rw-r--r-- root\/root/);
      execFileSync("tar", ["-xzf", archive, "-C", folder]);
      expect(readFileSync(join(folder, "weights.txt"), "utf8")).toMatch(/^[0-9a-f]{64}$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("uploads no model when the container left none", async () => {
    const name = await create(trainingJobRequest(freshName("empty"), { model: "none" }));
    expect((await waitForEnd(name)).TrainingJobStatus).toBe("Completed");
    expect(await listKeys(services, `results/${name}/output/model`)).toEqual([]);
  });

  it("reads a manifest channel and deletes checkpoints that the container deleted", async () => {
    const name = freshName("manifest");
    await putObject(
      services,
      "lists/manifest.json",
      JSON.stringify([{ prefix: `s3://${bucket}/data/` }, "more/manifest.json"]),
    );
    await putObject(services, `checkpoints/${name}/old.txt`, "of an earlier attempt");
    await create(
      trainingJobRequest(
        name,
        { removeOld: "true" },
        {
          InputDataConfig: [
            {
              ChannelName: "selection",
              DataSource: { S3DataSource: { S3DataType: "ManifestFile", S3Uri: `s3://${bucket}/lists/manifest.json` } },
            },
          ],
        },
      ),
    );
    expect((await waitForEnd(name)).TrainingJobStatus).toBe("Completed");
    expect((await seen(name)).inputs).toEqual(["input/data/selection/more/manifest.json"]);
    expect(await listKeys(services, `checkpoints/${name}/`)).toEqual([
      `checkpoints/${name}/progress.jsonl`,
      `checkpoints/${name}/state.json`,
    ]);
  });

  it("leaves no process behind that the container started", async () => {
    const name = await create(trainingJobRequest(freshName("child"), { child: "true" }));
    expect((await waitForEnd(name)).TrainingJobStatus).toBe("Completed");
    await until("the container's child is gone", () =>
      processesWith("TRAINING_JOB_NAME", name).length === 0 ? true : undefined,
    );
  });

  it("takes network and credentials away under network isolation", async () => {
    const name = await create(
      trainingJobRequest(
        freshName("isolated"),
        { probe: `${services.sagemakerUrl}/_local/health` },
        {
          EnableNetworkIsolation: true,
        },
      ),
    );
    expect((await waitForEnd(name)).TrainingJobStatus).toBe("Completed");
    const { environment, network } = await seen(name);
    expect(Object.keys(environment).filter((variable) => variable.startsWith("AWS_"))).toEqual([]);
    if (networkNamespaceCommand() !== undefined) expect(network).toBe("no network");
  });
});

describe("a job whose algorithm fails", () => {
  it("says the start of the failure file, cut between characters", async () => {
    const name = await create(
      trainingJobRequest(freshName("fails"), { exitCode: "1", failure: "Kein Bach 🎵 da. ", failureTimes: "300" }),
    );
    const job = await waitForEnd(name);
    expect(job.TrainingJobStatus).toBe("Failed");
    expect(job.SecondaryStatus).toBe("Failed");
    expect(job.FailureReason).toMatch(/^AlgorithmError: Kein Bach 🎵 da\. .*, exit code: 1$/su);
    expect(job.FailureReason?.length).toBeLessThanOrEqual(1_024);
    expect(job.FailureReason?.length).toBeGreaterThan(1_000);
    expect(job.FailureReason).not.toContain("\uFFFD");
    expectOrderedTimes(job);
  });

  it("says so when it was killed from outside", async () => {
    const name = await create(trainingJobRequest(freshName("killed"), { epochs: "1000" }));
    await waitForEpoch(name);
    const [pid] = processesWith("TRAINING_JOB_NAME", name);
    process.kill(pid ?? Number.NaN, "SIGKILL");
    const job = await waitForEnd(name);
    expect(job.TrainingJobStatus).toBe("Failed");
    expect(job.FailureReason).toBe("AlgorithmError: the training process was killed by SIGKILL, exit code: 137");
    expect((await getObject(services, `checkpoints/${name}/state.json`))?.length).toBeGreaterThan(0);
  });
});

describe("stopping", () => {
  it("ends Stopped with its model, also when the container exits with an error; asking twice changes nothing", async () => {
    const name = await create(trainingJobRequest(freshName("stopped"), { epochs: "1000", stopExitCode: "7" }));
    await waitForEpoch(name);
    await stopJob(name);
    expect((await describeJob(name)).TrainingJobStatus).toBe("Stopping");
    await stopJob(name);
    const job = await waitForEnd(name);
    expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(["Stopped", "Stopped"]);
    expect(phases(job)).toEqual(["Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"]);
    expectOrderedTimes(job);
    expect(await listKeys(services, `results/${name}/output/model/`)).toHaveLength(2);
    await expect(stopJob(name)).rejects.toMatchObject({
      name: "ValidationException",
      message: "The request was rejected because the training job is in status Stopped.",
    });
  });

  it("kills a container that ignores SIGTERM", async () => {
    const name = await create(trainingJobRequest(freshName("deaf"), { epochs: "1000", ignoreSigterm: "true" }));
    await waitForEpoch(name);
    await stopJob(name);
    expect((await waitForEnd(name)).TrainingJobStatus).toBe("Stopped");
    expect(processesWith("TRAINING_JOB_NAME", name)).toEqual([]);
  });

  it.each(["Starting", "Pending", "Downloading", "Uploading"])("ends Stopped when asked in %s", async (phase) => {
    await injectFault(services, { kind: "slowPhase", phase, seconds: 60 });
    const name = await create(trainingJobRequest(freshName("early"), {}));
    await waitForStatus(name, phase);
    await stopJob(name);
    const job = await waitForEnd(name);
    expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(["Stopped", "Stopped"]);
    expect(await listKeys(services, `results/${name}/output/model/`)).toHaveLength(phase === "Uploading" ? 2 : 0);
  });

  it("ends Stopped when asked while it waits for another machine", async () => {
    const names = { Interrupted: freshName("interrupted"), Restarting: freshName("restarting") };
    await injectFault(services, [
      { kind: "internalServerError" },
      { kind: "slowPhase", phase: "Restarting", jobName: names.Restarting, seconds: 60 },
      { kind: "slowPhase", phase: "Interrupted", jobName: names.Interrupted, seconds: 60 },
    ]);
    await create(trainingJobRequest(names.Restarting, {}, { RetryStrategy: { MaximumRetryAttempts: 1 } }));
    await waitForStatus(names.Restarting, "Restarting");
    await create(trainingJobRequest(names.Interrupted, { epochs: "1000" }, spot));
    await waitForEpoch(names.Interrupted);
    expect((await injectFault(services, { kind: "spotInterrupt", jobName: names.Interrupted })).status).toBe(200);
    await waitForStatus(names.Interrupted, "Interrupted");
    for (const name of Object.values(names)) {
      await stopJob(name);
      const job = await waitForEnd(name);
      expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(["Stopped", "Stopped"]);
      expectOrderedTimes(job);
      expect(await listKeys(services, `results/${name}/`)).toEqual([]);
    }
    // What it had saved is there still.
    expect(await listKeys(services, `checkpoints/${names.Interrupted}/`)).toHaveLength(2);
  });

  it("responds to many stops at once alike, and changes once", async () => {
    const name = await create(trainingJobRequest(freshName("many"), { epochs: "1000" }));
    await waitForEpoch(name);
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        await stopJob(name);
      }),
    );
    const job = await waitForEnd(name);
    expect(phases(job)).toEqual(["Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"]);
  });

  it.each(["responded", "sent"])(
    "settles a stop that is %s as the last thing before the container's end",
    async (when) => {
      const outcomes = await Promise.all(
        ["0", "1", "0", "1"].map(async (exitCode) => {
          const asked = { exitCode, stopItself: when, stopUrl: services.sagemakerUrl, ignoreSigterm: "true" };
          const name = await create(trainingJobRequest(freshName("edge"), asked));
          const job = await waitForEnd(name);
          const wasStopped = phases(job).includes("Stopping");
          expectOrderedTimes(job);
          return { exitCode, wasStopped, status: job.TrainingJobStatus };
        }),
      );
      for (const { exitCode, wasStopped, status } of outcomes) {
        // Who was told that the job will be stopped is not told otherwise later.
        if (when === "responded") expect(wasStopped).toBe(true);
        expect(status).toBe(wasStopped ? "Stopped" : exitCode === "0" ? "Completed" : "Failed");
      }
    },
  );

  it("refuses to stop what has ended, as often as it is asked, and leaves it as it was", async () => {
    const [done, failed] = await Promise.all([
      create(trainingJobRequest(freshName("done"))),
      create(trainingJobRequest(freshName("failed"), { exitCode: "1" })),
    ]);
    for (const [name, status] of [
      [done, "Completed"],
      [failed, "Failed"],
    ] as const) {
      const before = await waitForEnd(name);
      for (let call = 0; call < 2; call += 1) {
        await expect(stopJob(name)).rejects.toMatchObject({
          name: "ValidationException",
          message: `The request was rejected because the training job is in status ${status}.`,
          $metadata: { httpStatusCode: 400 },
        });
      }
      expect({ ...(await describeJob(name)), $metadata: {} }).toEqual({ ...before, $metadata: {} });
    }
    await expect(stopJob("nobody")).rejects.toMatchObject({
      name: "ValidationException",
      message: "Requested resource not found.",
    });
  });

  it("settles races with the container's own end: a stop that was accepted ends Stopped, and nothing changes after", async () => {
    const races = Array.from({ length: 8 }, async (_, race) => {
      const exitCode = String(race % 2);
      const name = await create(
        trainingJobRequest(freshName("race"), { epochs: "2", pauseMilliseconds: "20", exitCode }),
      );
      await new Promise((resolve) => setTimeout(resolve, 60 * race));
      const accepted = await stopJob(name).then(
        () => true,
        () => false,
      );
      const job = await waitForEnd(name);
      const expected = accepted ? "Stopped" : exitCode === "0" ? "Completed" : "Failed";
      expect({ race, status: job.TrainingJobStatus }).toEqual({ race, status: expected });
      return { name, job };
    });
    const ended = await Promise.all(races);
    for (const { name, job } of ended) {
      const now = await describeJob(name);
      expect({ ...now, $metadata: {} }).toEqual({ ...job, $metadata: {} });
    }
  });
});

describe("limits of time", () => {
  it("ends MaxRuntimeExceeded with the model", async () => {
    const name = await create(
      trainingJobRequest(freshName("long"), { epochs: "100000" }, { StoppingCondition: { MaxRuntimeInSeconds: 1 } }),
    );
    const job = await waitForEnd(name);
    expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(["Stopped", "MaxRuntimeExceeded"]);
    expect(phases(job)).toEqual(["Starting", "Downloading", "Training", "Stopping", "Uploading", "MaxRuntimeExceeded"]);
    expect(await listKeys(services, `results/${name}/output/model/`)).toHaveLength(2);
  });

  it("sends SIGTERM at the limit, SIGKILL when the grace is over, and uploads what there is", async () => {
    const deaf = trainingJobRequest(
      freshName("deaf"),
      { epochs: "100000", ignoreSigterm: "true", earlyModel: "true" },
      { StoppingCondition: { MaxRuntimeInSeconds: 1 } },
    );
    const name = await create(deaf);
    const job = await waitForEnd(name);
    expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(["Stopped", "MaxRuntimeExceeded"]);
    expect(processesWith("TRAINING_JOB_NAME", name)).toEqual([]);
    // The server of these tests gives a second instead of two minutes.
    expect(secondsIn(job, "Training")).toBeGreaterThanOrEqual(1);
    expect(secondsIn(job, "Stopping")).toBeGreaterThanOrEqual(0.9);
    expect(secondsIn(job, "Stopping")).toBeLessThan(10);
    expect(await listKeys(services, `results/${name}/output/model/`)).toEqual([
      `results/${name}/output/model/early.txt`,
    ]);
    // That stop was SageMaker's own. A user's, meanwhile or later, does not change what it says.
    await expect(stopJob(name)).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("keeps its own reason when a user asks, too, while the limit's stop goes on", async () => {
    const name = await create(
      trainingJobRequest(
        freshName("both"),
        { epochs: "100000", ignoreSigterm: "true" },
        { StoppingCondition: { MaxRuntimeInSeconds: 1 } },
      ),
    );
    await waitForStatus(name, "Stopping");
    await stopJob(name);
    expect((await waitForEnd(name)).SecondaryStatus).toBe("MaxRuntimeExceeded");
  });

  it("counts the run time over all of a spot job's machines, and the waiting towards MaxWaitTimeInSeconds", async () => {
    const [runs, waits] = [freshName("runs"), freshName("waits")];
    await injectFault(services, { kind: "slowPhase", phase: "Interrupted", jobName: waits, seconds: 60 });
    await create(
      trainingJobRequest(
        runs,
        { epochs: "100000" },
        { ...spot, StoppingCondition: { MaxRuntimeInSeconds: 3, MaxWaitTimeInSeconds: 60 } },
      ),
    );
    await create(
      trainingJobRequest(
        waits,
        { epochs: "100000" },
        { ...spot, StoppingCondition: { MaxRuntimeInSeconds: 5, MaxWaitTimeInSeconds: 5 } },
      ),
    );
    await Promise.all(
      [runs, waits].map(async (jobName) => {
        await waitForEpoch(jobName);
        expect((await injectFault(services, { kind: "spotInterrupt", jobName })).status).toBe(200);
      }),
    );
    const [ran, waited] = await Promise.all([waitForEnd(runs), waitForEnd(waits)]);
    expect([ran.TrainingJobStatus, ran.SecondaryStatus]).toEqual(["Stopped", "MaxRuntimeExceeded"]);
    expect(phases(ran).filter((phase) => phase === "Training")).toHaveLength(2);
    expect(secondsIn(ran, "Training")).toBeGreaterThanOrEqual(2.9);
    expect(secondsIn(ran, "Training")).toBeLessThan(5);
    expect(await listKeys(services, `results/${runs}/output/model/`)).toHaveLength(2);

    expect([waited.TrainingJobStatus, waited.SecondaryStatus]).toEqual(["Stopped", "MaxWaitTimeExceeded"]);
    expect(phases(waited).slice(-3)).toEqual(["Interrupted", "Stopping", "MaxWaitTimeExceeded"]);
    expect(await listKeys(services, `results/${waits}/`)).toEqual([]);
    // Waiting is no training, and a spot second is not billed as a whole one.
    const { TrainingTimeInSeconds = 0, BillableTimeInSeconds = 0 } = waited;
    expect(TrainingTimeInSeconds).toBeLessThan(5);
    expect(BillableTimeInSeconds).toBeLessThanOrEqual(TrainingTimeInSeconds);
  });

  it("ends MaxWaitTimeExceeded when a spot job got no machine in time", async () => {
    await injectFault(services, { kind: "slowPhase", seconds: 60 });
    const name = await create(
      trainingJobRequest(
        freshName("waits"),
        {},
        {
          EnableManagedSpotTraining: true,
          StoppingCondition: { MaxRuntimeInSeconds: 1, MaxWaitTimeInSeconds: 1 },
        },
      ),
    );
    const job = await waitForEnd(name);
    expect([job.TrainingJobStatus, job.SecondaryStatus]).toEqual(["Stopped", "MaxWaitTimeExceeded"]);
  });
});

describe("spot", () => {
  it("resumes an interrupted job from its checkpoints, on an empty machine, to the same weights", async () => {
    const undisturbed = await create(trainingJobRequest(freshName("calm"), { epochs: "6" }));
    const name = await create(
      trainingJobRequest(
        freshName("spot"),
        { epochs: "6", holdAtEpoch: "3" },
        {
          EnableManagedSpotTraining: true,
          StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 600 },
        },
      ),
    );
    await until("its checkpoint of epoch 3 is in S3", async () => {
      const progress = await getObject(services, `checkpoints/${name}/progress.jsonl`);
      return progress?.includes('"epoch":3,') === true ? true : undefined;
    });
    expect((await injectFault(services, { kind: "spotInterrupt", jobName: name })).status).toBe(200);
    const job = await waitForEnd(name);
    expect(job.TrainingJobStatus).toBe("Completed");
    expect(phases(job)).toEqual([
      "Starting",
      "Downloading",
      "Training",
      "Interrupted",
      "Starting",
      "Downloading",
      "Training",
      "Uploading",
      "Completed",
    ]);
    await waitForEnd(undisturbed);
    const weights = await getObject(services, `results/${name}/output/model/weights.txt`);
    expect(weights).toEqual(await getObject(services, `results/${undisturbed}/output/model/weights.txt`));
    expect(weights?.length).toBe(64);
    const epochs = ((await getObject(services, `checkpoints/${name}/progress.jsonl`))?.toString("utf8") ?? "")
      .trim()
      .split("\n")
      .map((line) => /"epoch":(\d+)/.exec(line)?.[1]);
    expect(epochs).toEqual(Array.from({ length: 6 }, (_, index) => String(index + 1)));
  });

  it("takes no machine from a job that is no spot job", async () => {
    const name = await create(trainingJobRequest(freshName("firm"), { epochs: "1000" }));
    await waitForStatus(name, "Training");
    expect((await injectFault(services, { kind: "spotInterrupt", jobName: name })).status).toBe(409);
    await stopJob(name);
    await waitForEnd(name);
  });
});

describe("faults of the platform", () => {
  it("begins again after an internal failure while RetryStrategy permits, and waits where there is no capacity", async () => {
    const name = freshName("again");
    await injectFault(services, [
      { kind: "internalServerError", count: 3 },
      { kind: "slowPhase", phase: "Pending", jobName: name, seconds: 0.2 },
    ]);
    await create(trainingJobRequest(name, {}, { RetryStrategy: { MaximumRetryAttempts: 2 } }));
    const failed = await waitForEnd(name);
    expect(failed.FailureReason).toMatch(/^InternalServerError: We encountered an internal error/);
    expect(phases(failed)).toEqual(["Starting", "Pending", "Restarting", "Restarting", "Failed"]);

    await injectFault(services, { kind: "internalServerError" });
    const lucky = await create(
      trainingJobRequest(freshName("again"), {}, { RetryStrategy: { MaximumRetryAttempts: 1 } }),
    );
    const job = await waitForEnd(lucky);
    expect(phases(job)).toEqual(["Starting", "Restarting", "Downloading", "Training", "Uploading", "Completed"]);
    expectOrderedTimes(job);
  });

  it("reports a lack of machines as a Failed job", async () => {
    await injectFault(services, { kind: "capacityError" });
    const name = await create(trainingJobRequest(freshName("capacity")));
    const job = await waitForEnd(name);
    expect(job.TrainingJobStatus).toBe("Failed");
    expect(job.FailureReason).toMatch(/^CapacityError: Unable to provision requested ML compute capacity/);
    expect(job.TrainingStartTime).toBeUndefined();
  });

  it("refuses, throttles and breaks calls", async () => {
    await injectFault(services, [
      { kind: "resourceLimitExceeded" },
      { kind: "throttle", operation: "DescribeTrainingJob", count: 2 },
    ]);
    const request = trainingJobRequest(freshName("quota"));
    await expect(create(request)).rejects.toMatchObject({
      name: "ResourceLimitExceeded",
      message: expect.stringContaining("ml.m5.large for training job usage"),
    });
    await create(request);
    const name = request.TrainingJobName ?? "";
    for (let call = 0; call < 2; call += 1) {
      await expect(describeJob(name)).rejects.toMatchObject({
        name: "ThrottlingException",
        $metadata: { httpStatusCode: 400 },
      });
    }
    await waitForEnd(name);
    await injectFault(services, { kind: "internalFailure" });
    await expect(describeJob(name)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  });

  it("fails a job whose results cannot be uploaded", async () => {
    const name = freshName("upload");
    await injectFault(services, { kind: "uploadFailure", jobName: name });
    await create(trainingJobRequest(name));
    expect((await waitForEnd(name)).FailureReason).toMatch(/^ClientError: Artifact upload failed/);
  });
});

describe("names and lists", () => {
  it("refuses a taken name, deletes only what has ended, and gives the name free again", async () => {
    const request = trainingJobRequest(freshName("named"), { epochs: "1000" });
    const name = await create(request);
    await expect(create(request)).rejects.toMatchObject({
      name: "ResourceInUse",
      message: expect.stringMatching(/must be unique/),
    });
    await expect(
      services.sagemaker.send(new DeleteTrainingJobCommand({ TrainingJobName: name })),
    ).rejects.toMatchObject({
      name: "ResourceInUse",
    });
    await stopJob(name);
    await waitForEnd(name);
    await services.sagemaker.send(new DeleteTrainingJobCommand({ TrainingJobName: name }));
    await expect(describeJob(name)).rejects.toMatchObject({
      name: "ValidationException",
      message: "Requested resource not found.",
    });
    await create({ ...request, HyperParameters: {} });
    expect((await waitForEnd(name)).TrainingJobStatus).toBe("Completed");
  });

  it("applies StatusEquals after the page: short pages still carry a token", async () => {
    const prefix = freshName("listed");
    for (let made = 0; made < 5; made += 1) {
      await create(trainingJobRequest(`${prefix}-${made}`, { exitCode: made === 4 ? "0" : "1" }));
      await waitForEnd(`${prefix}-${made}`);
    }
    const pages: string[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await services.sagemaker.send(
        new ListTrainingJobsCommand({
          NameContains: prefix,
          StatusEquals: "Completed",
          MaxResults: 2,
          SortOrder: "Ascending",
          NextToken,
        }),
      );
      pages.push((page.TrainingJobSummaries ?? []).map(({ TrainingJobName }) => TrainingJobName ?? ""));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(pages).toEqual([[], [], [`${prefix}-4`]]);
    await expect(services.sagemaker.send(new ListTrainingJobsCommand({ NextToken: "forged" }))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });
});
