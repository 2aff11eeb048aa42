/** A job goes on when its execution has died without settling it: an abort, a restart of the local cloud, a fault of the service. */
import { mostAttempts, mostAttemptsInAll, mostFailedAttempts } from "../../lambdas/training/recover-training-job";
import type { RunPlan } from "../fakes/scripted-sagemaker";
import { DeployedWorld, manyJobIds } from "./deployed-world";
import { expectNothingLeft, sub } from "./training-world";

const job = { sub, id: manyJobIds(1) };
const long: RunPlan = { create: "RUN", epochs: 10, startSeconds: 10, secondsPerEpoch: 60, uploadSeconds: 10 };

async function begun(more: Parameters<DeployedWorld["addJob"]>[1] = {}): Promise<DeployedWorld> {
  const world = new DeployedWorld();
  world.sageMaker.plans.push(long);
  const { attempt } = world.addJob(1, { ...job, ...more });
  await world.executions.start({ sub, jobId: job.id, attempt });
  return world;
}
const row = (world: DeployedWorld) => {
  const found = world.jobs.rows.get(`${sub}/${job.id}`);
  if (found === undefined) throw new Error("the job is gone");
  return found;
};
const untilEpoch = async (world: DeployedWorld, epoch: number): Promise<void> => {
  await world.time.pass(() => row(world).progress.epoch >= epoch);
};
/** What SageMaker itself makes of its jobs when its platform fails, or the local server is started again. */
function endsAllJobs(world: DeployedWorld): void {
  const ended = new Set(world.sageMaker.running());
  const endedAt = world.clock.now();
  world.sageMaker.describedAs = (described) =>
    ended.has(described.name)
      ? {
          ...described,
          status: "Failed",
          secondaryStatus: "Failed",
          failureReason: "InternalServerError: We encountered an internal error. Please try again.",
          endedAt,
          trainingSeconds: 120,
          billableSeconds: 100,
        }
      : described;
}

/** The job waits for the one slot, which another job holds. */
async function waiting(): Promise<DeployedWorld> {
  const world = new DeployedWorld();
  await world.slots.hold(0, { sub: "other", jobId: manyJobIds(0) });
  world.jobs.add({ ...row(await begun()), id: manyJobIds(0), sub: "other", openWorkOwner: "other" });
  world.addJob(1, job);
  await world.executions.start({ sub, jobId: job.id, attempt: 1 });
  await world.time.pass(() => row(world).state === "QUEUED");
  return world;
}
async function otherEnds(world: DeployedWorld): Promise<void> {
  await world.jobs.finish(
    { sub: "other", id: manyJobIds(0), attempt: 1 },
    { state: "FAILED", stopRequested: false, failure: { code: "X", message: "x", retryable: true } },
  );
  await world.slots.release({ index: 0, jobId: manyJobIds(0) });
}

test("a SageMaker job that goes on is adopted: one job, one training, READY", async () => {
  const world = await begun();
  await untilEpoch(world, 3);
  world.abortAll();
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({ state: "READY", attempt: 2, launch: 1, progress: { epoch: 10 } });
  expect(world.sageMaker.jobs.size).toBe(1);
  expect(world.sageMaker.stops).toEqual([]);
  expect(world.models.rows.size).toBe(1);
  expectNothingLeft(world);
});

test("a SageMaker job that the platform ended is followed by one in the same checkpoint folder; usage adds up", async () => {
  const world = await begun();
  await untilEpoch(world, 3);
  const [first] = world.sageMaker.jobs.values();
  world.sageMaker.plans.push(long);
  endsAllJobs(world);
  world.abortAll();
  await world.time.pass(() => world.sageMaker.creates.length === 2);
  const second = world.sageMaker.jobs.get(world.sageMaker.creates[1] ?? "");
  expect(world.sageMaker.creates[1]).toBe(`opencomposer-dev-${job.id}-2-2`);
  expect(second?.request.CheckpointConfig).toEqual(first?.request.CheckpointConfig);
  // What the first one has used of the time is gone.
  expect(second?.request.StoppingCondition?.MaxRuntimeInSeconds).toBe(3_600 - 120);
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({
    state: "READY",
    attempt: 2,
    usage: { trainingSeconds: 220, billableSeconds: 160 },
  });
});

test("one that had not been launched waits on and is launched", async () => {
  const world = await waiting();
  world.abortAll();
  await world.time.pass(() => row(world).attempt === 2);
  await otherEnds(world);
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({ state: "READY", attempt: 2 });
  expectNothingLeft(world);
});

test.each([mostAttempts, mostAttempts + 4])("a job that waits is not ended by %i cut-off executions", async (times) => {
  const world = await waiting();
  for (let attempt = 1; attempt <= times; attempt += 1) {
    world.abortAll();
    await world.time.pass(() => row(world).attempt === attempt + 1 || row(world).state === "FAILED");
  }
  expect(row(world)).toMatchObject({ state: "QUEUED", attempt: times + 1 });
  await otherEnds(world);
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({ state: "READY" });
  expectNothingLeft(world);
});

test("one that is cut off without end is FAILED, says so, and promises no resuming of what never began", async () => {
  const world = await waiting();
  await world.time.pass(() => {
    world.abortAll();
    return row(world).state === "FAILED";
  });
  const { attempt, resumable, failure } = row(world);
  expect({ attempt, resumable, code: failure?.code }).toEqual({
    attempt: mostAttemptsInAll,
    resumable: false,
    code: "WORKFLOW_ABORTED",
  });
  expect(failure?.message).toMatch(/cut off \d+ times/);
  expect(failure?.message).not.toMatch(/resume/);
});

test("one whose settling always fails has two attempts, whether or not it was launched", async () => {
  const world = await waiting();
  world.failsNow = (step) => (step === "SettleTrainingJob" ? "BEFORE" : undefined);
  world.sageMaker.plans.unshift(...Array.from({ length: mostAttempts }, () => ({ create: "REFUSED" }) as const));
  world.abortAll();
  await otherEnds(world);
  await world.time.pass(() => row(world).state === "FAILED");
  // The first was cut off and does not count.
  expect(row(world)).toMatchObject({ attempt: mostFailedAttempts + 1 });
});

test("one with a step that fails for minutes is not begun again, where settling failed as well", async () => {
  const world = await waiting();
  world.failsNow = (step) => (step === "SettleTrainingJob" || step === "TakeSlot" ? "BEFORE" : undefined);
  await world.time.pass(() => row(world).state === "FAILED");
  expect(row(world)).toMatchObject({ attempt: 1, failure: { code: "WORKFLOW_FAILED" } });
});

test("one whose training was done and not registered is registered, not trained again", async () => {
  const world = await begun();
  world.beforeState = (state, { attempt }) => {
    if (state === "RegisterModel" && attempt === 1) world.abortAll();
  };
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({ state: "READY", attempt: 2, modelId: job.id });
  expect(world.sageMaker.jobs.size).toBe(1);
  expectNothingLeft(world);
});

test("a stop that comes before the repair wins: STOPPED, nothing begun anew", async () => {
  const world = await begun();
  await untilEpoch(world, 3);
  world.jobs.requestStop(job);
  world.abortAll();
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({ attempt: 1 });
  expect(["STOPPED", "FAILED"]).toContain(row(world).state);
  expect(world.sageMaker.jobs.size).toBe(1);
  expectNothingLeft(world);
});

test("a training that failed by itself, and one that has used its time up, are not begun again", async () => {
  const failed = await begun();
  failed.sageMaker.describedAs = (described) => ({
    ...described,
    status: "Failed",
    secondaryStatus: "Failed",
    failureReason: "AlgorithmError: The losses became infinite.",
  });
  await failed.time.pass(() => failed.sageMaker.jobs.size === 1);
  failed.abortAll();
  await failed.runToTheEnd();
  expect(row(failed)).toMatchObject({ state: "FAILED", attempt: 1, failure: { code: "TRAINING_FAILED" } });

  const spent = await begun({ maxRuntimeSeconds: 100 });
  await untilEpoch(spent, 1);
  endsAllJobs(spent);
  spent.abortAll();
  await spent.runToTheEnd();
  expect(row(spent)).toMatchObject({ state: "FAILED" });
  expect(spent.sageMaker.creates).toHaveLength(1);
});

test("after the third execution that died the job is FAILED with its reason, and resumable", async () => {
  const world = await begun();
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    await world.time.pass(() => row(world).attempt === attempt && row(world).state === "TRAINING");
    world.abortAll();
    if (attempt < mostAttempts) await world.time.pass(() => row(world).attempt === attempt + 1);
  }
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({
    state: "FAILED",
    attempt: mostAttempts,
    resumable: true,
    failure: { code: "WORKFLOW_FAILED", retryable: true },
  });
  expect(row(world).failure?.message).toMatch(/cut off 3 times.*may be resumed/);
  expectNothingLeft(world);
});

test("one whose SageMaker jobs three restarts ended is told of the restarts, not of a fault of the platform", async () => {
  const world = await begun();
  for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
    world.sageMaker.plans.push(long);
    await world.time.pass(() => row(world).attempt === attempt && row(world).state === "TRAINING");
    endsAllJobs(world);
    world.abortAll();
    if (attempt < mostAttempts) await world.time.pass(() => row(world).attempt === attempt + 1);
  }
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({ state: "FAILED", failure: { code: "WORKFLOW_ABORTED", retryable: true } });
  expect(row(world).failure?.message).toMatch(/cut off 3 times/);
});

test("the rule and the sweeper at once begin one next attempt", async () => {
  const world = await begun();
  await untilEpoch(world, 2);
  world.abortAll();
  await Promise.all([world.sweep(), world.sweep()]);
  await world.runToTheEnd();
  expect(row(world)).toMatchObject({ state: "READY", attempt: 2 });
  expect([...world.started.keys()]).toEqual([`${job.id}-1`, `${job.id}-2`]);
  expectNothingLeft(world);
});
