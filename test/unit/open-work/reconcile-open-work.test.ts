import { ownedKey } from "../../../naming/table-keys";
import { UnreadableItem } from "../../../lambdas/stores/item-codec";
import { trainingJobChanged } from "../../../lambdas/training/training-job-changed";
import { sweepOpenWork, sweepPatience } from "../../../lambdas/open-work/reconcile-open-work";
import { within, type Within } from "../../../lambdas/training/within";
import type { ExecutionStatus, WorkflowInput } from "../../../lambdas/aws/workflow-executions";
import { composition } from "../api/support/items";
import { mostAttempts } from "../../../lambdas/training/recover-training-job";
import { jobId, sub, trainingJob, TrainingWorld } from "../../workflow/training-world";

const patience = sweepPatience.aws;
/** What reading a row throws that does not fit its schema. */
const unreadable = (): Error => new UnreadableItem("progress is no object");

class SweptWorld extends TrainingWorld {
  readonly statuses = new Map<string, ExecutionStatus>();
  readonly started: WorkflowInput[] = [];
  readonly sent: string[] = [];
  /** Step Functions. */
  isAway = false;

  async sweep(deadlineSeconds = 100, inTime: Within = async (_, work) => await work) {
    return await sweepOpenWork({
      ...this.settlingPorts(),
      openWork: this.openWork,
      compositions: this.compositions,
      queue: {
        send: async ({ compositionId }) => {
          this.sent.push(compositionId);
        },
      },
      executions: {
        start: async (input) => {
          this.started.push(input);
        },
        status: async (input) => {
          if (this.isAway) throw new Error("away");
          return this.statuses.get(input.jobId) ?? "NOT_STARTED";
        },
      },
      pendingChanges: this.stores.pendingChanges,
      removal: { artefacts: this.artefacts, work: this.work },
      patience,
      within: inTime,
      deadline: new Date(this.clock.now().getTime() + deadlineSeconds * 1000),
    });
  }
}

const event = { sub, jobId: jobId(1), attempt: 1 };

describe("training jobs", () => {
  test("one that was never started is started, after the stream has had its time", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    await world.sweep();
    expect(world.started).toEqual([]);
    world.clock.advance(patience.notStarted);
    await world.sweep();
    expect(world.started).toEqual([event]);
  });

  test("one whose execution runs is left alone", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    world.statuses.set(jobId(1), "RUNNING");
    world.clock.advance(100_000);
    expect(await world.sweep()).toEqual({ looked: 1, repaired: 0, failed: 0 });
    expect(world.row(1).state).toBe("PENDING");
  });

  test("one whose last execution died is stopped at SageMaker first, and settled with its slot freed when it has ended", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1, { attempt: mostAttempts }));
    const last = { ...event, attempt: mostAttempts };
    for (const step of ["PrepareData", "TakeSlot", "LaunchTrainingJob"] as const) await world.step(step, last);
    world.clock.advance(120);
    world.statuses.set(jobId(1), "CUT_OFF");
    await world.sweep();
    expect(world.sageMaker.stops).toHaveLength(1);
    expect(world.slots.heldNow().size).toBe(1);
    world.clock.advance(60);
    await world.sweep();
    expect(world.row(1)).toMatchObject({
      state: "FAILED",
      resumable: true,
      failure: { code: "WORKFLOW_FAILED", retryable: true },
    });
    expect(world.slots.heldNow().size).toBe(0);
    expect(world.sageMaker.running()).toEqual([]);
  });

  test("a slot whose holder is final, or gone, is freed", async () => {
    const world = new SweptWorld({ slots: 3 });
    world.jobs.add(trainingJob(1));
    world.jobs.add(trainingJob(2));
    world.statuses.set(jobId(2), "RUNNING");
    await world.step("SettleTrainingJob", event);
    for (const n of [1, 2, 3]) await world.slots.hold(n - 1, { sub, jobId: jobId(n) }, 0);
    await world.sweep();
    expect([...world.slots.heldNow().values()].map(({ holder }) => holder.jobId)).toEqual([jobId(2)]);
  });

  test("one that cannot be repaired does not stand in the way of the next", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    world.jobs.add(trainingJob(2));
    world.clock.advance(1_000);
    const load = world.jobs.get.bind(world.jobs);
    world.jobs.get = async (of) => {
      if (of.id === jobId(1)) throw new Error("unreadable");
      return await load(of);
    };
    expect(await world.sweep()).toMatchObject({ repaired: 1, failed: 1 });
    expect(world.started).toHaveLength(1);
  });

  test("rows that hang stand in nobody's way, are counted, and cost the sweep their own time alone", async () => {
    const world = new SweptWorld();
    for (let n = 1; n <= 4; n += 1) world.jobs.add(trainingJob(n));
    world.jobs.add(trainingJob(5));
    const created = "2026-01-01T00:00:00.000Z";
    world.compositions.add(composition({ sub, id: jobId(6), createdAt: created, updatedAt: created }));
    world.clock.advance(1_000);
    const load = world.jobs.get.bind(world.jobs);
    world.jobs.get = async (of) => {
      if (of.id === jobId(5)) return await load(of);
      await new Promise(() => undefined);
      return undefined;
    };
    const answer = await world.sweep(100, async (_, work) => await within(2, work));
    expect(answer).toMatchObject({ failed: 4, repaired: 2 });
    expect(world.started.map((input) => input.jobId)).toEqual([jobId(5)]);
    expect(world.sent).toEqual([jobId(6)]);
    expect(world.metrics.count("SweeperFailures")).toBe(4);
  });

  test("one whose repair fails for minutes is ended FAILED without being read, its slot, ticket and quota freed", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    for (const step of ["PrepareData", "TakeSlot"] as const) await world.step(step, event);
    const asksAgainBy = Number.MAX_SAFE_INTEGER;
    await world.tickets.show({ sub, jobId: jobId(1), heartbeatAt: 0, asksAgainBy });
    world.jobs.get = async () => await Promise.reject(unreadable());
    await world.sweep();
    expect(world.row(1).state).toBe("QUEUED");
    world.clock.advance(patience.repair);
    await world.sweep();
    expect(world.row(1)).toMatchObject({ state: "FAILED", endReason: "FAILURE", failure: { code: "WORKFLOW_FAILED" } });
    expect(world.row(1).openWork).toBeUndefined();
    expect(world.jobs.openNow()).toBe(0);
    expect(world.slots.heldNow().size).toBe(0);
    expect(world.tickets.shownNow().size).toBe(0);
    expect(world.metrics.count("JobsFailed")).toBe(1);
  });

  test.each([
    [
      "its execution cannot be asked for",
      (world: SweptWorld) => {
        world.isAway = true;
      },
    ],
    [
      "its row cannot be read now",
      (world: SweptWorld) => {
        world.jobs.get = async () => await Promise.reject(new Error("throttled"));
      },
    ],
    [
      "its row is of a newer version, and its execution runs",
      (world: SweptWorld) => {
        world.jobs.get = async () => await Promise.reject(unreadable());
      },
    ],
  ])("a training that goes well is never ended because %s", async (_, spoil) => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    for (const step of ["PrepareData", "TakeSlot", "LaunchTrainingJob"] as const) await world.step(step, event);
    world.statuses.set(jobId(1), "RUNNING");
    spoil(world);
    for (let sweep = 0; sweep < 10; sweep += 1) {
      await world.sweep();
      world.clock.advance(patience.repair);
    }
    expect(world.row(1).state).toBe("STARTING");
    expect(world.sageMaker.stops).toEqual([]);
    expect(world.metrics.count("SweeperFailures")).toBe(10);
  });

  test("a row in the table that no version can read is ended, and its owner told", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    const key = ownedKey("TRAINING_JOB", sub, jobId(1));
    world.stores.table.put(key, { ...world.row(1), progress: "no object" });
    await world.sweep();
    expect(world.stores.table.rowNow(key)).toMatchObject({
      state: "PENDING",
      repairFailedSince: expect.any(String) as unknown,
    });
    world.clock.advance(patience.repair);
    await world.sweep();
    const ended = world.stores.table.rowNow(key);
    expect(ended).toMatchObject({ state: "FAILED", failure: { code: "WORKFLOW_FAILED" } });
    expect(ended?.["openWork"]).toBeUndefined();
    expect(world.jobs.openNow()).toBe(0);
  });

  test("a repair that works again forgets the failures before it", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    const load = world.jobs.get.bind(world.jobs);
    world.jobs.get = async () => await Promise.reject(unreadable());
    await world.sweep();
    expect(world.row(1).repairFailedSince).toBeDefined();
    world.jobs.get = load;
    world.statuses.set(jobId(1), "RUNNING");
    await world.sweep();
    expect(world.row(1).repairFailedSince).toBeUndefined();
  });

  test("a row that has been open for too long is counted at each sweep", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    world.statuses.set(jobId(1), "RUNNING");
    world.clock.advance(patience.overdue.TRAINING_JOB - 1);
    await world.sweep();
    expect(world.metrics.count("OverdueWork")).toBe(0);
    world.clock.advance(2);
    await world.sweep();
    expect(world.metrics.count("OverdueWork")).toBe(1);
  });

  test("nothing is begun after the deadline", async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    world.clock.advance(1_000);
    expect(await world.sweep(0)).toMatchObject({ looked: 0 });
  });
});

describe("compositions", () => {
  const created = "2026-01-01T00:00:00.000Z";
  const pending = composition({ sub, id: jobId(1), createdAt: created, updatedAt: created });
  const row = (world: SweptWorld) => world.compositions.rows.get(`${sub}/${jobId(1)}`);

  test("one that nobody took is sent again, one that a worker has is not", async () => {
    const world = new SweptWorld();
    world.compositions.add(pending);
    await world.sweep();
    expect(world.sent).toEqual([]);
    world.clock.advance(patience.notTaken);
    await world.sweep();
    expect(world.sent).toEqual([jobId(1)]);
    await world.compositions.claim(pending, new Date(world.clock.now().getTime() + 100_000));
    await world.sweep();
    expect(world.sent).toHaveLength(1);
  });

  test("one whose worker died is sent again, and after an hour of that it fails", async () => {
    const world = new SweptWorld();
    world.compositions.add(pending);
    await world.compositions.claim(pending, world.clock.now());
    world.clock.advance(patience.notTaken + 1);
    await world.sweep();
    expect(world.sent).toEqual([jobId(1)]);
    world.clock.advance(patience.composition);
    await world.sweep();
    expect(row(world)).toMatchObject({ state: "FAILED", failure: { code: "COMPOSITION_ABANDONED", retryable: true } });
    expect(world.compositions.openNow()).toBe(0);
    expect(await world.sweep()).toMatchObject({ looked: 0 });
  });
});

describe("SageMaker's state change", () => {
  const launched = async () => {
    const world = new SweptWorld();
    world.jobs.add(trainingJob(1));
    for (const step of ["PrepareData", "TakeSlot", "LaunchTrainingJob"] as const) await world.step(step, event);
    world.clock.advance(100);
    return world;
  };
  const changed = async (world: SweptWorld, detail: object) =>
    await trainingJobChanged({ ...world.settlingPorts(), event: { detail }, stage: "dev" });
  const detailOf = (world: SweptWorld) => {
    const [name = ""] = world.sageMaker.creates;
    return { TrainingJobName: name, CheckpointConfig: world.sageMaker.jobs.get(name)?.request.CheckpointConfig };
  };

  test("makes the row fresher, twice with no further change, and never ends a job", async () => {
    const world = await launched();
    expect(await changed(world, detailOf(world))).toEqual({ outcome: "OBSERVED" });
    expect(world.row(1)).toMatchObject({ state: "TRAINING", progress: { epoch: 2 } });
    const { version } = world.row(1);
    await changed(world, detailOf(world));
    expect(world.row(1).version).toBe(version);
    world.clock.advance(10_000);
    await changed(world, detailOf(world));
    expect(world.row(1).state).toBe("TRAINING");
    expect(world.row(1).progress.epoch).toBe(10);
  });

  test("of another deployment, of an earlier launch, or of a final job changes nothing", async () => {
    const world = await launched();
    const detail = detailOf(world);
    expect(await changed(world, { ...detail, TrainingJobName: detail.TrainingJobName.replace("dev", "prod") })).toEqual(
      { outcome: "NOT_OURS" },
    );
    expect(await changed(world, { ...detail, TrainingJobName: detail.TrainingJobName.replace(/1$/, "2") })).toEqual({
      outcome: "NOT_OURS",
    });
    expect(
      await changed(world, {
        ...detail,
        CheckpointConfig: { S3Uri: `s3://b/users/x/training-jobs/${jobId(2)}/checkpoints/` },
      }),
    ).toEqual({ outcome: "NOT_OURS" });
    expect(world.row(1).state).toBe("STARTING");
    world.clock.advance(10_000);
    await world.step("SettleTrainingJob", event);
    expect(await changed(world, detail)).toEqual({ outcome: "ALREADY_FINAL" });
  });
});
