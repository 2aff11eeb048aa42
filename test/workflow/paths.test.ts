/** Every way through the workflow: the real definition and the real steps, virtual time, fakes around them. */
import fc from "fast-check";
import { modelPrefix, trainingJobPrefix } from "../../naming/object-keys";
import { techniqueIds } from "../../naming/resource-names";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import { checkParameters, hyperparametersOnTheWire } from "../../domain/techniques/parameter-values";
import { techniques } from "../../domain/techniques/registry";
import { metricDefinitionsOf } from "../../domain/training/metric-definitions";
import { largestModelBytes } from "../../domain/training/model-limits";
import { lossesOf, type RunPlan } from "../fakes/scripted-sagemaker";
import {
  expectNothingLeft,
  jobId,
  piecesKey,
  readDefinition,
  stepNames,
  sub,
  trainingJob,
  TrainingWorld,
} from "./training-world";

const job = { sub, id: jobId(1) };
const run: RunPlan = { create: "RUN" };

const visited = new Set<string>();
async function finish(world: TrainingWorld, n = 1, more: Parameters<TrainingWorld["run"]>[1] = {}) {
  const result = await world.run(n, more);
  for (const state of result.states) visited.add(state);
  return result;
}

function worldWithJob(
  more: Parameters<typeof trainingJob>[1] = {},
  settings: ConstructorParameters<typeof TrainingWorld>[0] = {},
) {
  const world = new TrainingWorld(settings);
  world.jobs.add(trainingJob(1, more));
  return world;
}

describe("a training that runs through", () => {
  test("ends READY with its model, its progress and its samples, and shows every epoch on the way", async () => {
    const world = worldWithJob();
    const seen: number[] = [];
    const result = await finish(world, 1, {
      before: () => {
        seen.push(world.row(1).progress.epoch);
      },
    });
    expect(result.status).toBe("SUCCEEDED");
    const row = world.row(1);
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
    expect(world.jobs.history.get(jobId(1))).toEqual([
      "PENDING",
      "QUEUED",
      "STARTING",
      "TRAINING",
      "UPLOADING",
      "READY",
    ]);
    expect(world.models.rows.get(`${sub}/${jobId(1)}`)).toMatchObject({ name: "Job 1", trainingJobId: jobId(1) });
    expect(world.artefacts.keys(modelPrefix(job))).toHaveLength(2);
    expect(world.artefacts.keys(trainingJobPrefix(job))).toEqual([
      `${trainingJobPrefix(job)}progress.jsonl`,
      `${trainingJobPrefix(job)}reference.json`,
      `${trainingJobPrefix(job)}samples/epoch-0001/twinkle-twinkle.mid`,
    ]);
    expect(world.sageMaker.creates).toHaveLength(1);
    expectNothingLeft(world);
  });

  test("asks SageMaker for an isolated job with string hyperparameters, in the job's own prefixes", async () => {
    const world = worldWithJob();
    await finish(world);
    const [request] = [...world.sageMaker.jobs.values()].map((created) => created.request);
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
    const selection: unknown = JSON.parse(world.work.text(`${trainingJobPrefix(job)}selection/manifest.json`) ?? "");
    expect(selection).toMatchObject({
      jobId: jobId(1),
      pieces: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => ({ id: `bwv-${number}` })),
    });
  });

  test.each(techniqueIds)("of %s asks for its own container, hyperparameters and metrics", async (technique) => {
    const hyperparameters = checkParameters(techniques[technique].hyperparameters, { epochs: 10 }).values;
    const world = worldWithJob({ technique, hyperparameters });
    await finish(world);
    const [created] = [...world.sageMaker.jobs.values()];
    expect(created?.request.AlgorithmSpecification).toMatchObject({
      TrainingImage: world.settings.images[technique],
      MetricDefinitions: metricDefinitionsOf(technique),
    });
    expect(created?.request.HyperParameters).toEqual(hyperparametersOnTheWire(hyperparameters));
    const row = world.row(1);
    expect(row).toMatchObject({ state: "READY", endReason: "EPOCHS_COMPLETED" });
    expect(Object.keys(row.latestMetrics ?? {})).toEqual(expect.arrayContaining([...lossesOf(technique)]));
    expect(world.models.rows.get(`${sub}/${jobId(1)}`)).toMatchObject({ technique });
    expectNothingLeft(world);
  });

  test("on spot, waiting is allowed for longer than training", async () => {
    const world = worldWithJob({}, { useSpot: true });
    await finish(world);
    const [request] = [...world.sageMaker.jobs.values()].map((created) => created.request);
    const { MaxRuntimeInSeconds = 0, MaxWaitTimeInSeconds = 0 } = request?.StoppingCondition ?? {};
    expect(request?.EnableManagedSpotTraining).toBe(true);
    expect(MaxWaitTimeInSeconds).toBeGreaterThanOrEqual(MaxRuntimeInSeconds);
  });

  test("ends READY with its reason at a time limit and at an early stop", async () => {
    const limited = worldWithJob();
    limited.sageMaker.plans.push({ ...run, end: "MaxRuntimeExceeded", endAfterEpochs: 4 });
    await finish(limited);
    expect(limited.row(1)).toMatchObject({ state: "READY", endReason: "TIME_LIMIT", modelId: jobId(1) });
    expectNothingLeft(limited);

    const early = worldWithJob({ hyperparameters: { epochs: 10, earlyStopping: true } });
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
    const world = worldWithJob();
    world.jobs.requestStop(job);
    await finish(world);
    expect(world.row(1)).toMatchObject({ state: "STOPPED", endReason: "USER_STOP", resumable: false });
    expect(world.row(1).modelId).toBeUndefined();
    expect(world.sageMaker.creates).toEqual([]);
    expectNothingLeft(world);
  });

  test("while queued ends STOPPED without a call of SageMaker", async () => {
    const world = worldWithJob();
    await world.slots.hold(0, { sub, jobId: jobId(0) });
    let waits = 0;
    await finish(world, 1, {
      before: (state) => {
        if (state === "WaitForSlot" && (waits += 1) === 3) world.jobs.requestStop(job);
      },
    });
    expect(world.row(1).state).toBe("STOPPED");
    expect(world.sageMaker.creates).toEqual([]);
    await world.slots.release({ index: 0, jobId: jobId(0) });
    expectNothingLeft(world);
  });

  test("while training ends STOPPED with the model that was saved", async () => {
    const world = worldWithJob();
    await finish(world, 1, {
      before: (state) => {
        if (state === "WaitToLook" && world.row(1).progress.epoch >= 3) world.jobs.requestStop(job);
      },
    });
    expect(world.row(1)).toMatchObject({
      state: "STOPPED",
      endReason: "USER_STOP",
      modelId: jobId(1),
      resumable: true,
    });
    expect(world.sageMaker.stops.length).toBeGreaterThan(0);
    expectNothingLeft(world);
  });

  test("before the first epoch ends STOPPED and says that there is no model", async () => {
    const world = worldWithJob();
    await finish(world, 1, {
      before: (state) => {
        if (state === "WaitToLook") world.jobs.requestStop(job);
      },
    });
    expect(world.row(1)).toMatchObject({ state: "STOPPED", resumable: false });
    expect(world.row(1).modelId).toBeUndefined();
    expectNothingLeft(world);
  });

  test("that comes while the job is being created stops it at once", async () => {
    const world = worldWithJob();
    world.sageMaker.whileCreating = () => {
      world.jobs.requestStop(job);
    };
    const stopsBeforeLooks: number[] = [];
    await finish(world, 1, {
      before: (state) => {
        if (state === "WaitToLook") stopsBeforeLooks.push(world.sageMaker.stops.length);
      },
    });
    expect(stopsBeforeLooks[0]).toBe(1);
    expect(world.row(1).state).toBe("STOPPED");
    expectNothingLeft(world);
  });

  test("while waiting for capacity ends STOPPED", async () => {
    const world = worldWithJob();
    world.sageMaker.plans.push({ create: "QUOTA_EXCEEDED" });
    await finish(world, 1, {
      before: (state) => {
        if (state === "WaitForCapacity") world.jobs.requestStop(job);
      },
    });
    expect(world.row(1).state).toBe("STOPPED");
    expectNothingLeft(world);
  });
});

describe("failures are told, and nothing is left behind", () => {
  test("the container's own words are the job's failure", async () => {
    const world = worldWithJob();
    const failureReason =
      "AlgorithmError: The learning rate made the losses infinite. Choose a smaller one., exit code: 1";
    world.sageMaker.plans.push({ ...run, end: "Failed", endAfterEpochs: 2, failureReason });
    await finish(world);
    expect(world.row(1)).toMatchObject({
      state: "FAILED",
      endReason: "FAILURE",
      resumable: true,
      failure: {
        code: "TRAINING_FAILED",
        message: "The learning rate made the losses infinite. Choose a smaller one.",
        retryable: false,
      },
    });
    expectNothingLeft(world);
  });

  test("a time limit before the first epoch", async () => {
    const world = worldWithJob();
    world.sageMaker.plans.push({ ...run, end: "MaxRuntimeExceeded", endAfterEpochs: 0 });
    await finish(world);
    expect(world.row(1)).toMatchObject({ state: "FAILED", failure: { code: "TIME_LIMIT_REACHED" } });
    expectNothingLeft(world);
  });

  test("a training that completes without a model, and one whose card is another model's", async () => {
    const without = worldWithJob();
    without.sageMaker.plans.push({ ...run, leavesModel: false });
    await finish(without);
    expect(without.row(1)).toMatchObject({ state: "FAILED", failure: { code: "MODEL_MISSING" } });
    expectNothingLeft(without);

    const wrong = worldWithJob();
    wrong.sageMaker.plans.push({ ...run, wrongCard: true });
    await finish(wrong);
    expect(wrong.row(1)).toMatchObject({ state: "FAILED", failure: { code: "MODEL_REFUSED" } });
    expect(wrong.models.rows.size).toBe(0);
    expectNothingLeft(wrong);

    const other = worldWithJob({ technique: "ar-cnn" });
    other.sageMaker.plans.push({ ...run, cardTechnique: "unet-gan" });
    await finish(other);
    const failure = { code: "MODEL_REFUSED", message: expect.stringContaining("of the technique unet-gan") as unknown };
    expect(other.row(1)).toMatchObject({ state: "FAILED", failure });
    expect(other.models.rows.size).toBe(0);
    expectNothingLeft(other);
  });

  test("a model is registered up to the largest size that an endpoint opens, and not a byte beyond", async () => {
    const largest = worldWithJob();
    largest.sageMaker.plans.push({ ...run, modelBytes: largestModelBytes });
    await finish(largest);
    expect(largest.row(1)).toMatchObject({ state: "READY", modelId: jobId(1) });

    const larger = worldWithJob();
    larger.sageMaker.plans.push({ ...run, modelBytes: largestModelBytes + 1 });
    await finish(larger);
    const message = expect.stringContaining(`more than ${largestModelBytes} bytes`) as unknown;
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
    const world = worldWithJob(more);
    await finish(world);
    expect(world.row(1)).toMatchObject({ state: "FAILED", failure: { code, retryable: false } });
    expect(world.sageMaker.creates).toEqual([]);
    expectNothingLeft(world);
  });

  test("a request that SageMaker refuses does not show its owner what only operators may see", async () => {
    const world = worldWithJob();
    world.sageMaker.plans.push({ create: "REFUSED" });
    await finish(world);
    expect(world.row(1)).toMatchObject({ state: "FAILED", failure: { code: "TRAINING_JOB_REFUSED" } });
    expect(world.row(1).failure?.message).not.toContain("ValidationException");
    expect(world.log.lines.some(({ details }) => String(details["reason"]).includes("ValidationException"))).toBe(true);
    expectNothingLeft(world);
  });

  test("the queue's deadline", async () => {
    const world = worldWithJob();
    await world.slots.hold(0, { sub, jobId: jobId(0) });
    await finish(world);
    expect(world.row(1)).toMatchObject({
      state: "FAILED",
      failure: { code: "QUEUE_DEADLINE_PASSED", retryable: true },
    });
    await world.slots.release({ index: 0, jobId: jobId(0) });
    expectNothingLeft(world);
  });

  test("a data set that is still on its way is waited for, out of the queue's way", async () => {
    const world = worldWithJob();
    world.artefacts.objects.delete(piecesKey);
    world.sageMaker.plans.push(run);
    const input = { sub, jobId: jobId(1), attempt: 1 };
    expect(await world.step("TakeSlot", input)).toMatchObject({ outcome: "WAITING_FOR_DATA" });
    expect(await world.tickets.waiting()).toEqual([]);
    let turns = 0;
    const before = () => {
      turns += 1;
      if (turns === 12) world.artefacts.put(piecesKey, "{}");
    };
    await finish(world, 1, { before });
    expect(world.row(1)).toMatchObject({ state: "READY", launch: 1 });
    expectNothingLeft(world);
  });

  test("a data set that never comes ends the wait with its own reason", async () => {
    const world = worldWithJob();
    world.artefacts.objects.delete(piecesKey);
    await finish(world);
    expect(world.row(1)).toMatchObject({ state: "FAILED", failure: { code: "DATASET_NOT_READY", retryable: true } });
    expectNothingLeft(world);
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

  test("a refusal that comes as a Failed job is waited out, and the next launch has the next name", async () => {
    const world = worldWithJob();
    world.sageMaker.plans.push(refused, refused, { create: "QUOTA_EXCEEDED" }, { create: "THROTTLED" });
    await finish(world);
    expect(world.row(1)).toMatchObject({ state: "READY", launch: 4 });
    expect(world.row(1).capacityRefusedSince).toBeUndefined();
    const names = world.sageMaker.creates.map((name) => name.slice(-3));
    // A throttled call has not used its name up.
    expect(names).toEqual(["1-1", "1-2", "1-3", "1-4", "1-4"]);
    expect(world.jobs.history.get(jobId(1))).toContain("QUEUED");
    expectNothingLeft(world);
  });

  test.each([
    ["waits on", false, "READY"],
    ["is stopped where that was asked for meanwhile", true, "STOPPED"],
  ])("a refusal that was seen, and whose answer was lost, %s", async (_, isStopped, state) => {
    const world = worldWithJob();
    world.sageMaker.plans.push(refused);
    world.fault = (step, call) => {
      if (isStopped && step === "LookAtTrainingJob" && call === 2) world.jobs.requestStop({ sub, id: jobId(1) });
      return step === "LookAtTrainingJob" && call === 1 ? "AFTER" : undefined;
    };
    await finish(world);
    expect(world.row(1)).toMatchObject({ state, launch: isStopped ? 1 : 2 });
    expectNothingLeft(world);
  });

  test("until a deadline", async () => {
    const world = worldWithJob();
    for (let launch = 0; launch < 200; launch += 1) world.sageMaker.plans.push(refused);
    await finish(world);
    expect(world.row(1)).toMatchObject({
      state: "FAILED",
      failure: { code: "CAPACITY_DEADLINE_PASSED", retryable: true },
    });
    const waited = (world.clock.now().getTime() - Date.parse("2026-01-01T00:00:00.000Z")) / 1000;
    expect(waited).toBeGreaterThanOrEqual(1_800);
    expect(waited).toBeLessThan(3_600);
    expectNothingLeft(world);
  });
});

describe("unexpected errors", () => {
  test("a training survives that nobody could look at it for some minutes", async () => {
    const world = worldWithJob({ hyperparameters: { epochs: 100, earlyStopping: false } });
    world.sageMaker.plans.push({ ...run, epochs: 100 });
    world.fault = (name, call) => (name === "LookAtTrainingJob" && call > 3 && call < 14 ? "BEFORE" : undefined);
    await finish(world);
    expect(world.row(1)).toMatchObject({ state: "READY", progress: { epoch: 100 } });
    expect(world.sageMaker.stops).toEqual([]);
    expectNothingLeft(world);
  });

  test.each(stepNames)("%s failing once, before or after its work, changes nothing", async (step) => {
    for (const when of ["BEFORE", "AFTER"] as const) {
      const world = worldWithJob();
      world.fault = (name, call) => (name === step && call === 1 ? when : undefined);
      const result = await finish(world);
      expect(result.status).toBe("SUCCEEDED");
      expect(world.row(1)).toMatchObject({ state: "READY", modelId: jobId(1) });
      expect(world.sageMaker.jobs.size).toBe(1);
      expect(world.models.rows.size).toBe(1);
      expectNothingLeft(world);
    }
  });

  test.each(stepNames.filter((name) => name !== "SettleTrainingJob"))(
    "%s failing always ends FAILED by way of Catch, with the job stopped and the slot free",
    async (step) => {
      const world = worldWithJob();
      // Looking is tried for minutes: the training goes on meanwhile.
      world.sageMaker.plans.push({ ...run, ...(step === "LookAtTrainingJob" ? { epochs: 100 } : {}) });
      world.fault = (name) => (name === step ? "BEFORE" : undefined);
      const result = await finish(world);
      expect(result.status).toBe("SUCCEEDED");
      expect(world.row(1)).toMatchObject({ state: "FAILED", failure: { code: "WORKFLOW_FAILED", retryable: true } });
      if (step === "LookAtTrainingJob") expect(world.sageMaker.stops).toHaveLength(world.sageMaker.creates.length);
      expectNothingLeft(world);
    },
  );

  test("an execution that cannot settle fails, and is settled by whoever comes after", async () => {
    const world = worldWithJob();
    world.fault = (name) => (name === "SettleTrainingJob" ? "BEFORE" : undefined);
    const result = await finish(world);
    expect(result.status).toBe("FAILED");
    expect(result.states.at(-1)).toBe("SettlingFailed");
    expect(isFinalTrainingJobState(world.row(1).state)).toBe(false);
    // The registered model makes it READY all the same.
    await world.step("SettleTrainingJob", { sub, jobId: jobId(1), attempt: 1, error: { Error: "x" } });
    expect(world.row(1).state).toBe("READY");
    expectNothingLeft(world);
  });

  test("an execution with a step that fails for minutes, and that cannot settle, says so by its error", async () => {
    const world = worldWithJob();
    world.fault = (name) => (name === "SettleTrainingJob" || name === "RegisterModel" ? "BEFORE" : undefined);
    const result = await finish(world);
    expect(result).toMatchObject({ status: "FAILED", error: "StepFailed" });
    expect(isFinalTrainingJobState(world.row(1).state)).toBe(false);
    await world.step("SettleTrainingJob", { ...result.data });
    expect(world.row(1)).toMatchObject({ state: "FAILED", failure: { code: "WORKFLOW_FAILED", retryable: true } });
    expectNothingLeft(world);
  });

  test("a status that nobody knows keeps the row as it is, with a warning, until one is known", async () => {
    const world = worldWithJob();
    let looks = 0;
    world.sageMaker.describedAs = (described) => {
      looks += 1;
      return looks > 6 ? described : { ...described, status: "Dreaming" };
    };
    await finish(world);
    expect(world.metrics.count("UnknownSageMakerStatuses")).toBe(6);
    expect(world.row(1).state).toBe("READY");
    expectNothingLeft(world);
  });

  test("an older attempt's execution leaves the row to the newer one", async () => {
    const world = worldWithJob({ attempt: 2 });
    const result = await finish(world);
    expect(result.status).toBe("SUCCEEDED");
    expect(world.row(1).state).toBe("PENDING");
    expect(world.sageMaker.creates).toEqual([]);
  });
});

test("a resumed job starts with the old one's checkpoints, progress and samples, in its own folder", async () => {
  const world = new TrainingWorld();
  world.jobs.add(trainingJob(1));
  await finish(world, 1);
  world.jobs.add(trainingJob(2, { resumeFrom: jobId(1) }));
  const copied: (string | undefined)[] = [];
  await finish(world, 2, {
    before: (state) => {
      const own = `${trainingJobPrefix({ sub, id: jobId(2) })}checkpoints/`;
      if (state === "TakeSlot" && copied.length === 0)
        copied.push(...world.work.keys(own).map((key) => key.slice(own.length)));
    },
  });
  expect(copied).toEqual(["last.pt", "progress.jsonl", "reference.json", "samples/epoch-0001/twinkle-twinkle.mid"]);
  expect(world.row(2).state).toBe("READY");
  expectNothingLeft(world);
});

test("every state of the definition has been walked through", () => {
  expect([...visited].sort()).toEqual(Object.keys(readDefinition().States).sort());
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
      end: fc.constantFrom("Completed" as const, "Failed" as const, "MaxRuntimeExceeded" as const),
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
        const world = worldWithJob();
        world.sageMaker.plans.push(...plans);
        world.fault = (step, call) => faults.find(([name, at]) => name === step && at === call)?.[2];
        let states = 0;
        const stops: boolean[] = [];
        const result = await world.run(1, {
          before: () => {
            if (states === stopAt) stops.push(world.jobs.requestStop(job));
            states += 1;
          },
        });
        expect(result.status).toBe("SUCCEEDED");
        expectNothingLeft(world);
        const { state, modelId } = world.row(1);
        if (stops.includes(true)) expect(["STOPPED", "FAILED"]).toContain(state);
        else expect(["READY", "FAILED"]).toContain(state);
        expect(world.models.rows.size).toBe(modelId === undefined ? 0 : 1);
        if (state === "READY") expect(modelId).toBeDefined();
      },
    ),
    { numRuns: 150 },
  );
});
