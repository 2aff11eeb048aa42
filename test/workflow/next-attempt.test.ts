/**
 * A job goes on when its execution has died without finalizing it: an abort, a restart of the local cloud, a fault of
 * the service.
 */
import { maxAttempts, maxAttemptsInTotal, maxFailedAttempts } from "../../lambdas/training/recover-training-job";
import type { RunPlan } from "../fakes/scripted-sagemaker";
import { DeployedHarness, manyJobIds } from "./deployed-harness";
import { expectNothingLeft, sub } from "./training-harness";

const job = { sub, id: manyJobIds(1) };
const long: RunPlan = { create: "RUN", epochs: 10, startSeconds: 10, secondsPerEpoch: 60, uploadSeconds: 10 };

async function begun(more: Parameters<DeployedHarness["addJob"]>[1] = {}): Promise<DeployedHarness> {
  const harness = new DeployedHarness();
  harness.sageMaker.plans.push(long);
  const { attempt } = harness.addJob(1, { ...job, ...more });
  await harness.executions.start({ sub, jobId: job.id, attempt });
  return harness;
}
const row = (harness: DeployedHarness) => {
  const found = harness.trainingJobs.rows.get(`${sub}/${job.id}`);
  if (found === undefined) throw new Error("the job is gone");
  return found;
};
const untilEpoch = async (harness: DeployedHarness, epoch: number): Promise<void> => {
  await harness.time.pass(() => row(harness).progress.epoch >= epoch);
};
/** What SageMaker itself makes of its jobs when its platform fails, or the local server is started again. */
function endsAllJobs(harness: DeployedHarness): void {
  const ended = new Set(harness.sageMaker.running());
  const endedAt = harness.clock.now();
  harness.sageMaker.describedAs = (described) =>
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
async function waiting(): Promise<DeployedHarness> {
  const harness = new DeployedHarness();
  await harness.slots.hold(0, { sub: "other", jobId: manyJobIds(0) });
  harness.trainingJobs.add({ ...row(await begun()), id: manyJobIds(0), sub: "other", openWorkOwner: "other" });
  harness.addJob(1, job);
  await harness.executions.start({ sub, jobId: job.id, attempt: 1 });
  await harness.time.pass(() => row(harness).state === "QUEUED");
  return harness;
}
async function otherEnds(harness: DeployedHarness): Promise<void> {
  await harness.trainingJobs.finish(
    { sub: "other", id: manyJobIds(0), attempt: 1 },
    { state: "FAILED", stopRequested: false, failure: { code: "X", message: "x", retryable: true } },
  );
  await harness.slots.release({ index: 0, jobId: manyJobIds(0) });
}

test("a SageMaker job that goes on is adopted: one job, one training, READY", async () => {
  const harness = await begun();
  await untilEpoch(harness, 3);
  harness.abortAll();
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({ state: "READY", attempt: 2, launch: 1, progress: { epoch: 10 } });
  expect(harness.sageMaker.trainingJobs.size).toBe(1);
  expect(harness.sageMaker.stops).toEqual([]);
  expect(harness.models.rows.size).toBe(1);
  expectNothingLeft(harness);
});

test("a SageMaker job that the platform ended is followed by one in the same checkpoint folder; usage adds up", async () => {
  const harness = await begun();
  await untilEpoch(harness, 3);
  const [first] = harness.sageMaker.trainingJobs.values();
  harness.sageMaker.plans.push(long);
  endsAllJobs(harness);
  harness.abortAll();
  await harness.time.pass(() => harness.sageMaker.creates.length === 2);
  const second = harness.sageMaker.trainingJobs.get(harness.sageMaker.creates[1] ?? "");
  expect(harness.sageMaker.creates[1]).toBe(`opencomposer-dev-${job.id}-2-2`);
  expect(second?.request.CheckpointConfig).toEqual(first?.request.CheckpointConfig);
  // What the first one has used of the time is gone.
  expect(second?.request.StoppingCondition?.MaxRuntimeInSeconds).toBe(3_600 - 120);
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({
    state: "READY",
    attempt: 2,
    usage: { trainingSeconds: 220, billableSeconds: 160 },
  });
});

test("one that had not been launched waits on and is launched", async () => {
  const harness = await waiting();
  harness.abortAll();
  await harness.time.pass(() => row(harness).attempt === 2);
  await otherEnds(harness);
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({ state: "READY", attempt: 2 });
  expectNothingLeft(harness);
});

test.each([maxAttempts, maxAttempts + 4])("a job that waits is not ended by %i cut-off executions", async (times) => {
  const harness = await waiting();
  for (let attempt = 1; attempt <= times; attempt += 1) {
    harness.abortAll();
    await harness.time.pass(() => row(harness).attempt === attempt + 1 || row(harness).state === "FAILED");
  }
  expect(row(harness)).toMatchObject({ state: "QUEUED", attempt: times + 1 });
  await otherEnds(harness);
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({ state: "READY" });
  expectNothingLeft(harness);
});

test("one that is cut off without end is FAILED, says so, and promises no resuming of what never began", async () => {
  const harness = await waiting();
  await harness.time.pass(() => {
    harness.abortAll();
    return row(harness).state === "FAILED";
  });
  const { attempt, resumable, failure } = row(harness);
  expect({ attempt, resumable, code: failure?.code }).toEqual({
    attempt: maxAttemptsInTotal,
    resumable: false,
    code: "WORKFLOW_ABORTED",
  });
  expect(failure?.message).toMatch(/cut off \d+ times/);
  expect(failure?.message).not.toMatch(/resume/);
});

test("one whose finalizing always fails has two attempts, whether or not it was launched", async () => {
  const harness = await waiting();
  harness.failsNow = (step) => (step === "FinalizeTrainingJob" ? "BEFORE" : undefined);
  harness.sageMaker.plans.unshift(...Array.from({ length: maxAttempts }, () => ({ create: "REFUSED" }) as const));
  harness.abortAll();
  await otherEnds(harness);
  await harness.time.pass(() => row(harness).state === "FAILED");
  // The first was cut off and does not count.
  expect(row(harness)).toMatchObject({ attempt: maxFailedAttempts + 1 });
});

test("one with a step that fails for minutes is not begun again, where finalizing failed as well", async () => {
  const harness = await waiting();
  harness.failsNow = (step) => (step === "FinalizeTrainingJob" || step === "AcquireSlot" ? "BEFORE" : undefined);
  await harness.time.pass(() => row(harness).state === "FAILED");
  expect(row(harness)).toMatchObject({ attempt: 1, failure: { code: "WORKFLOW_FAILED" } });
});

test("one whose training was done and not registered is registered, not trained again", async () => {
  const harness = await begun();
  harness.beforeState = (state, { attempt }) => {
    if (state === "RegisterModel" && attempt === 1) harness.abortAll();
  };
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({ state: "READY", attempt: 2, modelId: job.id });
  expect(harness.sageMaker.trainingJobs.size).toBe(1);
  expectNothingLeft(harness);
});

test("a stop that comes before the repair wins: STOPPED, nothing begun anew", async () => {
  const harness = await begun();
  await untilEpoch(harness, 3);
  harness.trainingJobs.requestStop(job);
  harness.abortAll();
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({ attempt: 1 });
  expect(["STOPPED", "FAILED"]).toContain(row(harness).state);
  expect(harness.sageMaker.trainingJobs.size).toBe(1);
  expectNothingLeft(harness);
});

test("a training that failed by itself, and one that has used its time up, are not begun again", async () => {
  const failed = await begun();
  failed.sageMaker.describedAs = (described) => ({
    ...described,
    status: "Failed",
    secondaryStatus: "Failed",
    failureReason: "AlgorithmError: The losses became infinite.",
  });
  await failed.time.pass(() => failed.sageMaker.trainingJobs.size === 1);
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
  const harness = await begun();
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    await harness.time.pass(() => row(harness).attempt === attempt && row(harness).state === "TRAINING");
    harness.abortAll();
    if (attempt < maxAttempts) await harness.time.pass(() => row(harness).attempt === attempt + 1);
  }
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({
    state: "FAILED",
    attempt: maxAttempts,
    resumable: true,
    failure: { code: "WORKFLOW_FAILED", retryable: true },
  });
  expect(row(harness).failure?.message).toMatch(/cut off 3 times.*may be resumed/);
  expectNothingLeft(harness);
});

test("one whose SageMaker jobs three restarts ended is told of the restarts, not of a fault of the platform", async () => {
  const harness = await begun();
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    harness.sageMaker.plans.push(long);
    await harness.time.pass(() => row(harness).attempt === attempt && row(harness).state === "TRAINING");
    endsAllJobs(harness);
    harness.abortAll();
    if (attempt < maxAttempts) await harness.time.pass(() => row(harness).attempt === attempt + 1);
  }
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({ state: "FAILED", failure: { code: "WORKFLOW_ABORTED", retryable: true } });
  expect(row(harness).failure?.message).toMatch(/cut off 3 times/);
});

test("the rule and the reconciler at once begin one next attempt", async () => {
  const harness = await begun();
  await untilEpoch(harness, 2);
  harness.abortAll();
  await Promise.all([harness.reconcile(), harness.reconcile()]);
  await harness.runToTheEnd();
  expect(row(harness)).toMatchObject({ state: "READY", attempt: 2 });
  expect([...harness.started.keys()]).toEqual([`${job.id}-1`, `${job.id}-2`]);
  expectNothingLeft(harness);
});
