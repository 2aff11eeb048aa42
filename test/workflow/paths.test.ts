/** Every way through the workflow: the real definition and the real steps, virtual time, fakes around them. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import { checkParameters, hyperparametersOnTheWire } from "../../domain/techniques/parameter-values";
import { techniques } from "../../domain/techniques/registry";
import { metricDefinitionsOf } from "../../domain/training/metric-definitions";
import { maxModelBytes } from "../../domain/training/model-limits";
import { modelPrefix, trainingJobPrefix } from "../../naming/object-keys";
import { trainedTechniqueIds } from "../../naming/resource-names";
import { deniedTraining, lossesOf, type RunPlan, zeroQuota } from "../fakes/scripted-sagemaker";
import { interpreterTrace } from "./second-engine/interpreter-trace";
import { motoTraces } from "./second-engine/moto-trace";
import type { Script } from "./second-engine/script";
import {
  datasetKey,
  definitionFile,
  expectNothingLeft,
  jobId,
  readDefinition,
  stepNames,
  sub,
  TrainingHarness,
  trainingJob,
} from "./training-harness";

const job = { sub, id: jobId(1) };
const run: RunPlan = { create: "RUN" };

const visited = new Set<string>();
const scripts: Script[] = [];
async function finish(harness: TrainingHarness, n = 1, more: Parameters<TrainingHarness["run"]>[1] = {}) {
  const result = await harness.run(n, more);
  for (const state of result.states) visited.add(state);
  scripts.push(...harness.scripts.slice(-1));
  return result;
}

function harnessWithJob(
  more: Parameters<typeof trainingJob>[1] = {},
  settings: ConstructorParameters<typeof TrainingHarness>[0] = {},
) {
  const harness = new TrainingHarness(settings);
  harness.trainingJobs.add(trainingJob(1, more));
  return harness;
}

describe("a training that runs through", () => {
  test("ends READY with its model, its progress and its samples, and shows every epoch on the way", async () => {
    const harness = harnessWithJob();
    const seen: number[] = [];
    const result = await finish(harness, 1, {
      before: () => {
        seen.push(harness.row(1).progress.epoch);
      },
    });
    expect(result.status).toBe("SUCCEEDED");
    const row = harness.row(1);
    expect(row).toMatchObject({
      state: "READY",
      endReason: "EPOCHS_COMPLETED",
      modelId: jobId(1),
      resumable: true,
      progress: { epoch: 10, epochs: 10, percent: 100 },
      usage: { trainingSeconds: 100, billableSeconds: 60 },
    });
    expect(row.progress.secondsRemaining).toBeUndefined();
    expect(row.latestMetrics?.epoch).toBe(10);
    expect(new Set(seen).size).toBeGreaterThanOrEqual(5);
    expect(harness.trainingJobs.history.get(jobId(1))).toEqual([
      "PENDING",
      "QUEUED",
      "STARTING",
      "TRAINING",
      "UPLOADING",
      "READY",
    ]);
    expect(harness.models.rows.get(`${sub}/${jobId(1)}`)).toMatchObject({ name: "Job 1", trainingJobId: jobId(1) });
    expect(harness.artifacts.keys(modelPrefix(job))).toHaveLength(2);
    expect(harness.artifacts.keys(trainingJobPrefix(job))).toEqual([
      `${trainingJobPrefix(job)}progress.jsonl`,
      `${trainingJobPrefix(job)}reference.json`,
      `${trainingJobPrefix(job)}samples/epoch-0000/twinkle-twinkle.mid`,
      `${trainingJobPrefix(job)}samples/epoch-0001/twinkle-twinkle.mid`,
    ]);
    expect(harness.sageMaker.creates).toHaveLength(1);
    expectNothingLeft(harness);
  });

  test("asks SageMaker for an isolated job with string hyperparameters, in the job's own prefixes", async () => {
    const harness = harnessWithJob();
    await finish(harness);
    const [request] = [...harness.sageMaker.trainingJobs.values()].map((created) => created.request);
    expect(request).toMatchObject({
      TrainingJobName: `opencomposer-dev-${jobId(1)}-1-1`,
      EnableNetworkIsolation: true,
      EnableManagedSpotTraining: false,
      OutputDataConfig: { CompressionType: "NONE" },
      HyperParameters: { epochs: "10", learningRate: "0.001", earlyStopping: "false", modelSize: "small" },
      StoppingCondition: { MaxRuntimeInSeconds: 3_600 },
    });
    expect(request?.StoppingCondition?.MaxWaitTimeInSeconds).toBeUndefined();
    expect(request?.CheckpointConfig?.S3Uri).toMatch(/checkpoints\/$/);
    expect(request?.AlgorithmSpecification?.MetricDefinitions?.length).toBeGreaterThan(0);
    const selection: unknown = JSON.parse(harness.work.text(`${trainingJobPrefix(job)}selection/manifest.json`) ?? "");
    expect(selection).toMatchObject({ jobId: jobId(1), topics: {}, all: true });
    expect(selection).not.toHaveProperty("pieces");
  });

  test.each(trainedTechniqueIds)("of %s asks for its own container, hyperparameters and metrics", async (technique) => {
    const hyperparameters = checkParameters(techniques[technique].hyperparameters, { epochs: 10 }).values;
    const harness = harnessWithJob({ technique, hyperparameters });
    await finish(harness);
    const [created] = [...harness.sageMaker.trainingJobs.values()];
    expect(created?.request.AlgorithmSpecification).toMatchObject({
      TrainingImage: harness.settings.images[technique],
      MetricDefinitions: metricDefinitionsOf(technique),
    });
    expect(created?.request.HyperParameters).toEqual(hyperparametersOnTheWire(hyperparameters));
    const row = harness.row(1);
    expect(row).toMatchObject({ state: "READY", endReason: "EPOCHS_COMPLETED" });
    expect(Object.keys(row.latestMetrics ?? {})).toEqual(expect.arrayContaining([...lossesOf(technique)]));
    expect(harness.models.rows.get(`${sub}/${jobId(1)}`)).toMatchObject({ technique });
    expectNothingLeft(harness);
  });

  test("on spot, waiting is allowed for longer than training", async () => {
    const harness = harnessWithJob({}, { useSpot: true });
    await finish(harness);
    const [request] = [...harness.sageMaker.trainingJobs.values()].map((created) => created.request);
    const { MaxRuntimeInSeconds = 0, MaxWaitTimeInSeconds = 0 } = request?.StoppingCondition ?? {};
    expect(request?.EnableManagedSpotTraining).toBe(true);
    expect(MaxWaitTimeInSeconds).toBeGreaterThanOrEqual(MaxRuntimeInSeconds);
  });

  test("ends READY with its reason at a time limit and at an early stop", async () => {
    const limited = harnessWithJob();
    limited.sageMaker.plans.push({ ...run, end: "MaxRuntimeExceeded", endAfterEpochs: 4 });
    await finish(limited);
    expect(limited.row(1)).toMatchObject({ state: "READY", endReason: "TIME_LIMIT", modelId: jobId(1) });
    expectNothingLeft(limited);

    const early = harnessWithJob({ hyperparameters: { epochs: 10, earlyStopping: true } });
    early.sageMaker.plans.push({ ...run, endAfterEpochs: 6 });
    await finish(early);
    expect(early.row(1)).toMatchObject({
      state: "READY",
      endReason: "EARLY_STOPPING",
      progress: { epoch: 6, epochs: 10 },
    });
    expectNothingLeft(early);
  });
});

describe("a user's stop", () => {
  test("before the workflow has begun ends STOPPED without a call of SageMaker", async () => {
    const harness = harnessWithJob();
    harness.trainingJobs.requestStop(job);
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "STOPPED", endReason: "USER_STOP", resumable: false });
    expect(harness.row(1).modelId).toBeUndefined();
    expect(harness.sageMaker.creates).toEqual([]);
    expectNothingLeft(harness);
  });

  test("while queued ends STOPPED without a call of SageMaker", async () => {
    const harness = harnessWithJob();
    await harness.slots.hold(0, { sub, jobId: jobId(0) });
    let waits = 0;
    await finish(harness, 1, {
      before: (state) => {
        if (state === "WaitForSlot" && (waits += 1) === 3) harness.trainingJobs.requestStop(job);
      },
    });
    expect(harness.row(1).state).toBe("STOPPED");
    expect(harness.sageMaker.creates).toEqual([]);
    await harness.slots.release({ index: 0, jobId: jobId(0) });
    expectNothingLeft(harness);
  });

  test("while training ends STOPPED with the model that was saved", async () => {
    const harness = harnessWithJob();
    await finish(harness, 1, {
      before: (state) => {
        if (state === "WaitToMonitor" && harness.row(1).progress.epoch >= 3) harness.trainingJobs.requestStop(job);
      },
    });
    expect(harness.row(1)).toMatchObject({
      state: "STOPPED",
      endReason: "USER_STOP",
      modelId: jobId(1),
      resumable: true,
    });
    expect(harness.sageMaker.stops.length).toBeGreaterThan(0);
    expectNothingLeft(harness);
  });

  test("before the first epoch ends STOPPED and says that there is no model", async () => {
    const harness = harnessWithJob();
    await finish(harness, 1, {
      before: (state) => {
        if (state === "WaitToMonitor") harness.trainingJobs.requestStop(job);
      },
    });
    expect(harness.row(1)).toMatchObject({ state: "STOPPED", resumable: false });
    expect(harness.row(1).modelId).toBeUndefined();
    expectNothingLeft(harness);
  });

  test("that comes while the job is being created stops it at once", async () => {
    const harness = harnessWithJob();
    harness.sageMaker.whileCreating = () => {
      harness.trainingJobs.requestStop(job);
    };
    const stopsBeforeMonitoring: number[] = [];
    await finish(harness, 1, {
      before: (state) => {
        if (state === "WaitToMonitor") stopsBeforeMonitoring.push(harness.sageMaker.stops.length);
      },
    });
    expect(stopsBeforeMonitoring[0]).toBe(1);
    expect(harness.row(1).state).toBe("STOPPED");
    expectNothingLeft(harness);
  });

  test("while waiting for capacity ends STOPPED", async () => {
    const harness = harnessWithJob();
    harness.sageMaker.plans.push({ create: "QUOTA_EXCEEDED" });
    await finish(harness, 1, {
      before: (state) => {
        if (state === "WaitForCapacity") harness.trainingJobs.requestStop(job);
      },
    });
    expect(harness.row(1).state).toBe("STOPPED");
    expectNothingLeft(harness);
  });
});

describe("failures are told, and nothing is left behind", () => {
  test("the container's own words are the job's failure", async () => {
    const harness = harnessWithJob();
    const failureReason =
      "AlgorithmError: The learning rate made the losses infinite. Choose a smaller one., exit code: 1";
    harness.sageMaker.plans.push({ ...run, end: "Failed", endAfterEpochs: 2, failureReason });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({
      state: "FAILED",
      endReason: "FAILURE",
      resumable: true,
      failure: {
        code: "TRAINING_FAILED",
        message: "The learning rate made the losses infinite. Choose a smaller one.",
        retryable: false,
      },
    });
    expectNothingLeft(harness);
  });

  test("a time limit before the first epoch", async () => {
    const harness = harnessWithJob();
    harness.sageMaker.plans.push({ ...run, end: "MaxRuntimeExceeded", endAfterEpochs: 0 });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "FAILED", failure: { code: "TIME_LIMIT_REACHED" } });
    expectNothingLeft(harness);
  });

  test("a training that completes without a model, and one whose card is another model's", async () => {
    const without = harnessWithJob();
    without.sageMaker.plans.push({ ...run, leavesModel: false });
    await finish(without);
    expect(without.row(1)).toMatchObject({ state: "FAILED", failure: { code: "MODEL_MISSING" } });
    expectNothingLeft(without);

    const wrong = harnessWithJob();
    wrong.sageMaker.plans.push({ ...run, wrongCard: true });
    await finish(wrong);
    expect(wrong.row(1)).toMatchObject({ state: "FAILED", failure: { code: "MODEL_REFUSED" } });
    expect(wrong.models.rows.size).toBe(0);
    expectNothingLeft(wrong);

    const other = harnessWithJob({ technique: "ar-cnn" });
    other.sageMaker.plans.push({ ...run, cardTechnique: "unet-gan" });
    await finish(other);
    const failure = { code: "MODEL_REFUSED", message: expect.stringContaining("of the technique unet-gan") as unknown };
    expect(other.row(1)).toMatchObject({ state: "FAILED", failure });
    expect(other.models.rows.size).toBe(0);
    expectNothingLeft(other);
  });

  test("a model is registered up to the largest size that an endpoint opens, and not a byte beyond", async () => {
    const max = harnessWithJob();
    max.sageMaker.plans.push({ ...run, modelBytes: maxModelBytes });
    await finish(max);
    expect(max.row(1)).toMatchObject({ state: "READY", modelId: jobId(1) });

    const larger = harnessWithJob();
    larger.sageMaker.plans.push({ ...run, modelBytes: maxModelBytes + 1 });
    await finish(larger);
    const message = expect.stringContaining(`more than ${maxModelBytes} bytes`) as unknown;
    expect(larger.row(1)).toMatchObject({ state: "FAILED", failure: { code: "MODEL_REFUSED", message } });
    expect(larger.models.rows.size).toBe(0);
    expectNothingLeft(larger);
  });

  test.each([
    ["too little data", { topics: { mode: ["minor"] } }, "TOO_LITTLE_DATA"],
    [
      "a data set that was replaced",
      { dataset: { id: "bach-chorales", version: "0", sha256: "0".repeat(64) } },
      "DATASET_CHANGED",
    ],
    [
      "a data set that is not there",
      { dataset: { id: "mozart", version: "1", sha256: "0".repeat(64) } },
      "DATASET_NOT_FOUND",
    ],
    ["checkpoints that are gone", { resumeFrom: jobId(9) }, "CHECKPOINT_GONE"],
  ])("%s", async (_, more, code) => {
    const harness = harnessWithJob(more);
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "FAILED", failure: { code, retryable: false } });
    expect(harness.sageMaker.creates).toEqual([]);
    expectNothingLeft(harness);
  });

  test("a request that SageMaker refuses does not show its owner what only operators may see", async () => {
    const harness = harnessWithJob();
    harness.sageMaker.plans.push({ create: "REFUSED" });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "FAILED", failure: { code: "TRAINING_JOB_REFUSED" } });
    expect(harness.row(1).failure?.message).not.toContain("ValidationException");
    expect(harness.log.lines.some(({ details }) => String(details["reason"]).includes("ValidationException"))).toBe(
      true,
    );
    expectNothingLeft(harness);
  });

  test("a policy that forbids the job ends it at once, and operators are told by an alarm and the log", async () => {
    const harness = harnessWithJob();
    harness.sageMaker.plans.push({ create: "ACCESS_DENIED" });
    await finish(harness);
    expect(harness.sageMaker.creates).toHaveLength(1);
    expect(harness.row(1)).toMatchObject({
      state: "FAILED",
      failure: { code: "TRAINING_JOB_REFUSED", retryable: false },
    });
    expect(harness.row(1).failure?.message).not.toContain("arn:");
    expect(
      harness.log.lines.filter(({ level }) => level === "error").map(({ details }) => details["reason"]),
    ).toContain(deniedTraining);
    expect(harness.metrics.count("AccessRefusals")).toBe(1);
    expectNothingLeft(harness);
  });

  test("the queue's deadline", async () => {
    const harness = harnessWithJob();
    await harness.slots.hold(0, { sub, jobId: jobId(0) });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({
      state: "FAILED",
      failure: { code: "QUEUE_DEADLINE_PASSED", retryable: true },
    });
    await harness.slots.release({ index: 0, jobId: jobId(0) });
    expectNothingLeft(harness);
  });

  test("a data set that is still on its way is waited for, out of the queue's way", async () => {
    const harness = harnessWithJob();
    harness.artifacts.objects.delete(datasetKey);
    harness.sageMaker.plans.push(run);
    const input = { sub, jobId: jobId(1), attempt: 1 };
    expect(await harness.step("AcquireSlot", input)).toMatchObject({ outcome: "WAITING_FOR_DATA" });
    expect(await harness.tickets.waiting()).toEqual([]);
    let turns = 0;
    const before = () => {
      turns += 1;
      if (turns === 12) harness.artifacts.put(datasetKey, "{}");
    };
    await finish(harness, 1, { before });
    expect(harness.row(1)).toMatchObject({ state: "READY", launch: 1 });
    expectNothingLeft(harness);
  });

  test("a data set that never comes ends the wait with its own reason", async () => {
    const harness = harnessWithJob();
    harness.artifacts.objects.delete(datasetKey);
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "FAILED", failure: { code: "DATASET_NOT_READY", retryable: true } });
    expectNothingLeft(harness);
  });
});

describe("capacity", () => {
  const refused: RunPlan = {
    ...run,
    startSeconds: 10,
    epochs: 0,
    end: "Failed",
    failureReason: "CapacityError: Unable to provision requested ML compute capacity.",
  };

  test("a lack of capacity that comes as a Failed job is waited out, and the next launch has the next name", async () => {
    const harness = harnessWithJob();
    harness.sageMaker.plans.push(refused, refused, { create: "QUOTA_EXCEEDED" }, { create: "THROTTLED" });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "READY", launch: 4 });
    expect(harness.row(1).capacityRefusedSince).toBeUndefined();
    const names = harness.sageMaker.creates.map((name) => name.slice(-3));
    // A throttled call has not used its name up.
    expect(names).toEqual(["1-1", "1-2", "1-3", "1-4", "1-4"]);
    expect(harness.trainingJobs.history.get(jobId(1))).toContain("QUEUED");
    expectNothingLeft(harness);
  });

  test.each([
    ["waits on", false, "READY"],
    ["is stopped where that was asked for meanwhile", true, "STOPPED"],
  ])("a lack of capacity that was seen, and whose response was lost, %s", async (_, isStopped, state) => {
    const harness = harnessWithJob();
    harness.sageMaker.plans.push(refused);
    harness.fault = (step, call) => {
      if (isStopped && step === "MonitorTrainingJob" && call === 2)
        harness.trainingJobs.requestStop({ sub, id: jobId(1) });
      return step === "MonitorTrainingJob" && call === 1 ? "AFTER" : undefined;
    };
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state, launch: isStopped ? 1 : 2 });
    expectNothingLeft(harness);
  });

  test("a quota of 0 ends the job at once, with the service's own sentence", async () => {
    const harness = harnessWithJob();
    harness.sageMaker.plans.push({ create: "QUOTA_EXCEEDED", reason: zeroQuota });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({
      state: "FAILED",
      launch: 1,
      failure: {
        code: "QUOTA_EXCEEDED",
        message: expect.stringContaining("'ml.m5.xlarge for training job usage' is 0 Instances"),
        retryable: false,
      },
    });
    const waited = (harness.clock.now().getTime() - Date.parse("2026-01-01T00:00:00.000Z")) / 1000;
    expect(waited).toBeLessThan(60);
    expect(harness.metrics.count("QuotaRefusals")).toBe(1);
    expect(harness.log.lines.filter(({ level }) => level === "warn")).toContainEqual(
      expect.objectContaining({ details: expect.objectContaining({ reason: zeroQuota }) }),
    );
    expectNothingLeft(harness);
  });

  test("a quota that stays used up ends the job at the deadline, and as such", async () => {
    const harness = harnessWithJob();
    for (let launch = 0; launch < 200; launch += 1) harness.sageMaker.plans.push({ create: "QUOTA_EXCEEDED" });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "FAILED", failure: { code: "QUOTA_EXCEEDED", retryable: true } });
    expectNothingLeft(harness);
  });

  test("a spot machine that never came is not told as the user's time limit, and a resumed job can be resumed", async () => {
    const noMachine: RunPlan = { ...run, startSeconds: 3_000, end: "MaxWaitTimeExceeded", endAfterEpochs: 0 };
    const toldWith = (advice: string) => ({
      state: "FAILED",
      failure: {
        code: "CAPACITY_DEADLINE_PASSED",
        message: `The training platform had no machine for the training for as long as a job may wait. ${advice}`,
        retryable: true,
      },
    });
    const harness = harnessWithJob({}, { useSpot: true });
    harness.sageMaker.plans.push({ ...noMachine, leavesModel: false });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ ...toldWith("Make a new job."), resumable: false });

    harness.trainingJobs.add(trainingJob(2));
    harness.sageMaker.plans.push(run, noMachine);
    await finish(harness, 2);
    harness.trainingJobs.add(trainingJob(3, { resumeFrom: jobId(2) }));
    await finish(harness, 3);
    expect(harness.row(3)).toMatchObject({ ...toldWith("What was trained so far may be resumed."), resumable: true });
    expectNothingLeft(harness);
  });

  test("a spot machine that came too late for all epochs leaves the model of those that were trained", async () => {
    const harness = harnessWithJob({}, { useSpot: true });
    harness.sageMaker.plans.push({ ...run, end: "MaxWaitTimeExceeded", endAfterEpochs: 3 });
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "READY", endReason: "TIME_LIMIT", modelId: jobId(1) });
    expectNothingLeft(harness);
  });

  test("until a deadline", async () => {
    const harness = harnessWithJob();
    for (let launch = 0; launch < 200; launch += 1) harness.sageMaker.plans.push(refused);
    await finish(harness);
    expect(harness.row(1)).toMatchObject({
      state: "FAILED",
      failure: { code: "CAPACITY_DEADLINE_PASSED", retryable: true },
    });
    const waited = (harness.clock.now().getTime() - Date.parse("2026-01-01T00:00:00.000Z")) / 1000;
    expect(waited).toBeGreaterThanOrEqual(1_800);
    expect(waited).toBeLessThan(3_600);
    expectNothingLeft(harness);
  });
});

describe("unexpected errors", () => {
  test("a training survives that nobody could monitor it for some minutes", async () => {
    const harness = harnessWithJob({ hyperparameters: { epochs: 100, earlyStopping: false } });
    harness.sageMaker.plans.push({ ...run, epochs: 100 });
    harness.fault = (name, call) => (name === "MonitorTrainingJob" && call > 3 && call < 14 ? "BEFORE" : undefined);
    await finish(harness);
    expect(harness.row(1)).toMatchObject({ state: "READY", progress: { epoch: 100 } });
    expect(harness.sageMaker.stops).toEqual([]);
    expectNothingLeft(harness);
  });

  test.each(stepNames)("%s failing once, before or after its work, changes nothing", async (step) => {
    for (const when of ["BEFORE", "AFTER"] as const) {
      const harness = harnessWithJob();
      harness.fault = (name, call) => (name === step && call === 1 ? when : undefined);
      const result = await finish(harness);
      expect(result.status).toBe("SUCCEEDED");
      expect(harness.row(1)).toMatchObject({ state: "READY", modelId: jobId(1) });
      expect(harness.sageMaker.trainingJobs.size).toBe(1);
      expect(harness.models.rows.size).toBe(1);
      expectNothingLeft(harness);
    }
  });

  test.each(stepNames.filter((name) => name !== "FinalizeTrainingJob"))(
    "%s failing always ends FAILED by way of Catch, with the job stopped and the slot free",
    async (step) => {
      const harness = harnessWithJob();
      // Looking is tried for minutes: the training goes on meanwhile.
      harness.sageMaker.plans.push({ ...run, ...(step === "MonitorTrainingJob" ? { epochs: 100 } : {}) });
      harness.fault = (name) => (name === step ? "BEFORE" : undefined);
      const result = await finish(harness);
      expect(result.status).toBe("SUCCEEDED");
      expect(harness.row(1)).toMatchObject({ state: "FAILED", failure: { code: "WORKFLOW_FAILED", retryable: true } });
      if (step === "MonitorTrainingJob") expect(harness.sageMaker.stops).toHaveLength(harness.sageMaker.creates.length);
      expectNothingLeft(harness);
    },
  );

  test("an execution that cannot finalize fails, and is finalized by whoever comes after", async () => {
    const harness = harnessWithJob();
    harness.fault = (name) => (name === "FinalizeTrainingJob" ? "BEFORE" : undefined);
    const result = await finish(harness);
    expect(result.status).toBe("FAILED");
    expect(result.states.at(-1)).toBe("FinalizingFailed");
    expect(isFinalTrainingJobState(harness.row(1).state)).toBe(false);
    // The registered model makes it READY all the same.
    await harness.step("FinalizeTrainingJob", { sub, jobId: jobId(1), attempt: 1, error: { Error: "x" } });
    expect(harness.row(1).state).toBe("READY");
    expectNothingLeft(harness);
  });

  test("an execution with a step that fails for minutes, and that cannot finalize, says so by its error", async () => {
    const harness = harnessWithJob();
    harness.fault = (name) => (name === "FinalizeTrainingJob" || name === "RegisterModel" ? "BEFORE" : undefined);
    const result = await finish(harness);
    expect(result).toMatchObject({ status: "FAILED", error: "StepFailed" });
    expect(isFinalTrainingJobState(harness.row(1).state)).toBe(false);
    await harness.step("FinalizeTrainingJob", { ...result.data });
    expect(harness.row(1)).toMatchObject({ state: "FAILED", failure: { code: "WORKFLOW_FAILED", retryable: true } });
    expectNothingLeft(harness);
  });

  test("a status that nobody knows keeps the row as it is, with a warning, until one is known", async () => {
    const harness = harnessWithJob();
    let turns = 0;
    harness.sageMaker.describedAs = (described) => {
      turns += 1;
      return turns > 6 ? described : { ...described, status: "Dreaming" };
    };
    await finish(harness);
    expect(harness.metrics.count("UnknownSageMakerStatuses")).toBe(6);
    expect(harness.row(1).state).toBe("READY");
    expectNothingLeft(harness);
  });

  test("an older attempt's execution leaves the row to the newer one", async () => {
    const harness = harnessWithJob({ attempt: 2 });
    const result = await finish(harness);
    expect(result.status).toBe("SUCCEEDED");
    expect(harness.row(1).state).toBe("PENDING");
    expect(harness.sageMaker.creates).toEqual([]);
  });
});

test("a resumed job starts with the old one's checkpoints, progress and samples, in its own folder", async () => {
  const harness = new TrainingHarness();
  harness.trainingJobs.add(trainingJob(1));
  await finish(harness, 1);
  harness.trainingJobs.add(trainingJob(2, { resumeFrom: jobId(1) }));
  const copied: (string | undefined)[] = [];
  await finish(harness, 2, {
    before: (state) => {
      const own = `${trainingJobPrefix({ sub, id: jobId(2) })}checkpoints/`;
      if (state === "AcquireSlot" && copied.length === 0)
        copied.push(...harness.work.keys(own).map((key) => key.slice(own.length)));
    },
  });
  expect(copied).toEqual([
    "last.pt",
    "progress.jsonl",
    "reference.json",
    "samples/epoch-0000/twinkle-twinkle.mid",
    "samples/epoch-0001/twinkle-twinkle.mid",
  ]);
  expect(harness.row(2).state).toBe("READY");
  expectNothingLeft(harness);
});

test("every state of the definition has been walked through", () => {
  expect([...visited].sort()).toEqual(Object.keys(readDefinition().States).sort());
});

test("with what the steps replied, every path goes the same way on a second engine", async () => {
  const traces = await motoTraces(readFileSync(definitionFile, "utf8"), scripts);
  expect(traces).toHaveLength(scripts.length);
  for (const [index, script] of scripts.entries()) {
    expect(await interpreterTrace(readDefinition(), script)).toEqual(traces[index]);
  }
});

test("whatever SageMaker does and whenever somebody stops it, the job ends, once, and nothing is left", async () => {
  const plan = fc.oneof(
    fc.constantFrom(
      { create: "QUOTA_EXCEEDED" as const },
      { create: "THROTTLED" as const },
      { create: "THROWS" as const },
    ),
    fc.record({
      create: fc.constant("RUN" as const),
      startSeconds: fc.integer({ min: 0, max: 200 }),
      epochs: fc.integer({ min: 0, max: 12 }),
      end: fc.constantFrom(
        "Completed" as const,
        "Failed" as const,
        "MaxRuntimeExceeded" as const,
        "MaxWaitTimeExceeded" as const,
      ),
      failureReason: fc.constantFrom("AlgorithmError: No.", "CapacityError: none", "InternalServerError", "?"),
      leavesModel: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { maxLength: 4 }),
      fc.option(fc.integer({ min: 0, max: 40 })),
      fc.array(
        fc.tuple(
          fc.constantFrom(...stepNames),
          fc.integer({ min: 1, max: 4 }),
          fc.constantFrom("BEFORE" as const, "AFTER" as const),
        ),
        { maxLength: 3 },
      ),
      async (plans, stopAt, faults) => {
        const harness = harnessWithJob();
        harness.sageMaker.plans.push(...plans);
        harness.fault = (step, call) => faults.find(([name, at]) => name === step && at === call)?.[2];
        let states = 0;
        const stops: boolean[] = [];
        const result = await harness.run(1, {
          before: () => {
            if (states === stopAt) stops.push(harness.trainingJobs.requestStop(job));
            states += 1;
          },
        });
        expect(result.status).toBe("SUCCEEDED");
        expectNothingLeft(harness);
        const { state, modelId } = harness.row(1);
        if (stops.includes(true)) expect(["STOPPED", "FAILED"]).toContain(state);
        else expect(["READY", "FAILED"]).toContain(state);
        expect(harness.models.rows.size).toBe(modelId === undefined ? 0 : 1);
        if (state === "READY") expect(modelId).toBeDefined();
      },
    ),
    { numRuns: 150 },
  );
});
