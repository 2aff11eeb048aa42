/**
 * The server killed with SIGKILL while jobs are in every phase that a job has, and started again over its state: no job is
 * lost, none runs twice at once, none is begun again that nobody asked to retry, and no process stays.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import type { Fault } from "../../local/sagemaker/fault-injection";
import { type Cloud, getObject, injectFault, startCloud } from "./support/local-services";
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

async function kill({ server }: RestartableServer): Promise<void> {
  process.kill(server.pid, "SIGKILL");
  expect(await server.ended).toBe("SIGKILL");
}

const witness = (): string => join(cloud.directory, "witness.jsonl");
const testimony = z.object({ job: z.string(), pid: z.number(), others: z.array(z.string()) });

/** How often the job's container was started. */
function runsOf(name: string): number {
  const lines = readFileSync(witness(), "utf8").trim().split("\n");
  const runs = lines.map((line) => testimony.parse(JSON.parse(line))).filter(({ job }) => job === name);
  expect(runs.flatMap(({ others }) => others)).toEqual([]);
  return runs.length;
}

const epochs = 6;
const spot = {
  EnableManagedSpotTraining: true,
  StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 600 },
} as const;
const retried = { RetryStrategy: { MaximumRetryAttempts: 2 } } as const;
type More = Partial<CreateTrainingJobCommandInput>;

async function create(
  running: RestartableServer,
  label: string,
  hyperParameters: Record<string, string>,
  more: More,
): Promise<string> {
  const name = freshName(label);
  const asked = { epochs: String(epochs), witness: witness(), ...hyperParameters };
  await running.sagemaker.send(new CreateTrainingJobCommand(trainingJobRequest(name, asked, more)));
  return name;
}

async function describeJob(running: RestartableServer, name: string): Promise<DescribeTrainingJobCommandOutput> {
  return await running.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
}

async function reaches(running: RestartableServer, name: string, phase: string): Promise<void> {
  await until(`${name} is ${phase}`, async () =>
    (await describeJob(running, name)).SecondaryStatus === phase ? true : undefined,
  );
}

async function hasCheckpoint(name: string, epoch = 1): Promise<void> {
  await until(`${name} has saved epoch ${epoch}`, async () => {
    const progress = await getObject(cloud, `checkpoints/${name}/progress.jsonl`);
    return progress?.includes(`"epoch":${epoch},`) === true ? true : undefined;
  });
}

/** What the tiny container's training comes to, whoever interrupts it. */
function weightsAfter(epochs: number): string {
  let weights = "start";
  for (let epoch = 1; epoch <= epochs; epoch += 1)
    weights = createHash("sha256").update(`${weights}${epoch}`).digest("hex");
  return weights;
}

async function weightsOf(name: string): Promise<string | undefined> {
  return (await getObject(cloud, `results/${name}/output/model/weights.txt`))?.toString("utf8");
}

interface PhaseCase {
  readonly phase: string;
  readonly hyperParameters?: Record<string, string>;
  readonly more?: More;
  /** Makes the job stay in its phase. */
  readonly faults?: (jobName: string) => Fault[];
  /** Brings it there, where its own way does not. */
  readonly bring?: (running: RestartableServer, jobName: string) => Promise<void>;
  readonly status: "Completed" | "Failed" | "Stopped";
  readonly secondaryStatus?: string;
  readonly runs: number;
}

const slow =
  (phase: "Starting" | "Pending" | "Downloading" | "Interrupted" | "Restarting" | "Uploading") => (jobName: string) =>
    [{ kind: "slowPhase", phase, jobName, seconds: 600, count: 1 }] satisfies Fault[];
const held = { holdAtEpoch: "3" };
const endless = { epochs: "1000000" };

const interrupt = async (running: RestartableServer, jobName: string): Promise<void> => {
  await hasCheckpoint(jobName, 3);
  expect((await injectFault(running, { kind: "spotInterrupt", jobName })).status).toBe(200);
};

const cases: readonly PhaseCase[] = [
  { phase: "Starting", faults: slow("Starting"), status: "Completed", runs: 1 },
  { phase: "Pending", faults: slow("Pending"), status: "Completed", runs: 1 },
  { phase: "Downloading", faults: slow("Downloading"), status: "Failed", runs: 0 },
  { phase: "Downloading", faults: slow("Downloading"), more: retried, status: "Completed", runs: 1 },
  {
    phase: "Training",
    hyperParameters: held,
    bring: async (_, name) => {
      await hasCheckpoint(name, 3);
    },
    status: "Failed",
    runs: 1,
  },
  {
    phase: "Training",
    hyperParameters: held,
    bring: async (_, name) => {
      await hasCheckpoint(name, 3);
    },
    more: retried,
    status: "Completed",
    runs: 2,
  },
  {
    phase: "Training",
    hyperParameters: held,
    bring: async (_, name) => {
      await hasCheckpoint(name, 3);
    },
    more: spot,
    status: "Completed",
    runs: 2,
  },
  {
    phase: "Interrupted",
    hyperParameters: held,
    faults: slow("Interrupted"),
    bring: interrupt,
    more: spot,
    status: "Completed",
    runs: 2,
  },
  {
    phase: "Restarting",
    faults: (jobName) => [{ kind: "internalServerError", jobName, count: 1 }, ...slow("Restarting")(jobName)],
    more: retried,
    status: "Completed",
    runs: 1,
  },
  { phase: "Uploading", faults: slow("Uploading"), status: "Failed", runs: 1 },
  { phase: "Uploading", faults: slow("Uploading"), more: retried, status: "Completed", runs: 2 },
  {
    phase: "Stopping",
    hyperParameters: { ...endless, ignoreSigterm: "true" },
    bring: async ({ sagemaker }, name) => {
      await hasCheckpoint(name);
      await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
    },
    status: "Stopped",
    runs: 1,
  },
  {
    phase: "Stopping",
    hyperParameters: { ...endless, ignoreSigterm: "true" },
    more: { StoppingCondition: { MaxRuntimeInSeconds: 1 } },
    status: "Stopped",
    secondaryStatus: "MaxRuntimeExceeded",
    runs: 1,
  },
  { phase: "Completed", status: "Completed", runs: 1 },
];

it("settles or takes up every job, in whatever phase it was", async () => {
  const state = freshName("phases");
  const first = await startRestartableServer(cloud, state);
  const jobs: { readonly asked: PhaseCase; readonly name: string }[] = [];
  let completed: string;
  let before: DescribeTrainingJobCommandOutput;
  try {
    for (const asked of cases) {
      const name = freshName(asked.phase.toLowerCase());
      await injectFault(first, asked.faults?.(name) ?? []);
      const hyperParameters = { epochs: String(epochs), witness: witness(), ...asked.hyperParameters };
      await first.sagemaker.send(new CreateTrainingJobCommand(trainingJobRequest(name, hyperParameters, asked.more)));
      jobs.push({ asked, name });
    }
    await Promise.all(
      jobs.map(async ({ asked, name }) => {
        await asked.bring?.(first, name);
        await reaches(first, name, asked.phase);
      }),
    );
    completed = jobs.find(({ asked }) => asked.phase === "Completed")?.name ?? "";
    before = await describeJob(first, completed);
  } finally {
    // Also where a job did not come to its phase: a server that stays would keep the test run from ending.
    await kill(first);
  }

  const second = await startRestartableServer(cloud, state);
  try {
    const { TrainingJobSummaries = [] } = await second.sagemaker.send(new ListTrainingJobsCommand({ MaxResults: 100 }));
    expect(TrainingJobSummaries).toHaveLength(jobs.length);
    const outcomes = await Promise.all(
      jobs.map(async ({ asked, name }) => {
        const job = await trainingJobEnd(second, name);
        return {
          was: asked.phase,
          status: job.TrainingJobStatus,
          secondaryStatus: job.SecondaryStatus,
          weights: job.TrainingJobStatus === "Completed" ? await weightsOf(name) : undefined,
        };
      }),
    );
    expect(outcomes).toEqual(
      jobs.map(({ asked }) => ({
        was: asked.phase,
        status: asked.status,
        secondaryStatus: asked.secondaryStatus ?? asked.status,
        weights: asked.status === "Completed" ? weightsAfter(epochs) : undefined,
      })),
    );
    expect(jobs.map(({ asked, name }) => [asked.phase, runsOf(name)])).toEqual(
      jobs.map(({ asked }) => [asked.phase, asked.runs]),
    );
    expect({ ...(await describeJob(second, completed)), $metadata: {} }).toEqual({ ...before, $metadata: {} });
    for (const { asked, name } of jobs) {
      if (asked.status !== "Failed") continue;
      expect((await describeJob(second, name)).FailureReason).toMatch(
        /^InternalServerError: The local SageMaker server/,
      );
    }
    await until("no container is left", () =>
      jobs.every(({ name }) => processesWith("TRAINING_JOB_NAME", name).length === 0) ? true : undefined,
    );
  } finally {
    await endServer(second);
  }
});

it("brings spot and retried jobs to the same weights however often it is killed", async () => {
  const state = freshName("often");
  const epochs = 40;
  let running = await startRestartableServer(cloud, state);
  const long = { epochs: String(epochs), pauseMilliseconds: "60" };
  const names = [
    await create(running, "spot", long, spot),
    await create(running, "retried", long, { RetryStrategy: { MaximumRetryAttempts: 30 } }),
  ];
  for (const milliseconds of [700, 50]) {
    await sleep(milliseconds);
    await kill(running);
    running = await startRestartableServer(cloud, state);
  }
  try {
    for (const name of names) {
      expect((await trainingJobEnd(running, name)).TrainingJobStatus).toBe("Completed");
      expect(await weightsOf(name)).toBe(weightsAfter(epochs));
      expect(runsOf(name)).toBeLessThanOrEqual(3);
    }
  } finally {
    await endServer(running);
  }
});
