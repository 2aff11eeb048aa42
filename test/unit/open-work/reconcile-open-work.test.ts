import type { ExecutionStatus, WorkflowInput } from "../../../lambdas/aws/workflow-executions";
import { reconcileOpenWork, reconcilePatience } from "../../../lambdas/open-work/reconcile-open-work";
import { UnreadableItem } from "../../../lambdas/stores/item-codec";
import { maxAttempts } from "../../../lambdas/training/recover-training-job";
import { type WithinTime, withinTime } from "../../../lambdas/training/time-limit";
import { trainingJobChanged } from "../../../lambdas/training/training-job-changed";
import { ownedKey } from "../../../naming/table-keys";
import { doneValue } from "../../support/done-value";
import { jobId, sub, TrainingHarness, trainingJob } from "../../workflow/training-harness";
import { composition, dataset } from "../api/support/items";

const patience = reconcilePatience.aws;
/** What reading a row throws that does not fit its schema. */
const unreadable = (): Error => new UnreadableItem("progress is no object");

class ReconciledHarness extends TrainingHarness {
  readonly statuses = new Map<string, ExecutionStatus>();
  readonly started: WorkflowInput[] = [];
  readonly sent: string[] = [];
  /** Step Functions. */
  isAway = false;

  async reconcile(deadlineSeconds = 100, inTime: WithinTime = async (_, work) => await work) {
    return await reconcileOpenWork({
      ...this.finalizingPorts(),
      compositions: this.compositions,
      queue: {
        send: async ({ compositionId }) => {
          this.sent.push(compositionId);
        },
      },
      datasetVersions: this.stores.datasetVersions,
      freezingQueue: {
        send: async ({ versionId }) => {
          this.sent.push(versionId);
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
      removal: { ...this.stores, artifacts: this.artifacts, work: this.work },
      patience,
      withinTime: inTime,
      deadline: new Date(this.clock.now().getTime() + deadlineSeconds * 1000),
    });
  }
}

const event = { sub, jobId: jobId(1), attempt: 1 };

describe("training jobs", () => {
  test("one that was never started is started, after the stream has had its time", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    await harness.reconcile();
    expect(harness.started).toEqual([]);
    harness.clock.advance(patience.notStarted);
    await harness.reconcile();
    expect(harness.started).toEqual([event]);
  });

  test("one whose execution runs is left alone", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    harness.statuses.set(jobId(1), "RUNNING");
    harness.clock.advance(100_000);
    expect(await harness.reconcile()).toEqual({ checked: 1, repaired: 0, failed: 0 });
    expect(harness.row(1).state).toBe("PENDING");
  });

  test("one whose last execution died is stopped at SageMaker first, and finalized with its slot freed when it has ended", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1, { attempt: maxAttempts }));
    const last = { ...event, attempt: maxAttempts };
    for (const step of ["PrepareData", "AcquireSlot", "LaunchTrainingJob"] as const) await harness.step(step, last);
    harness.clock.advance(120);
    harness.statuses.set(jobId(1), "CUT_OFF");
    await harness.reconcile();
    expect(harness.sageMaker.stops).toHaveLength(1);
    expect(harness.slots.heldNow().size).toBe(1);
    harness.clock.advance(60);
    await harness.reconcile();
    expect(harness.row(1)).toMatchObject({
      state: "FAILED",
      resumable: true,
      failure: { code: "WORKFLOW_FAILED", retryable: true },
    });
    expect(harness.slots.heldNow().size).toBe(0);
    expect(harness.sageMaker.running()).toEqual([]);
  });

  test("a slot whose holder is final, or gone, is freed", async () => {
    const harness = new ReconciledHarness({ slots: 3 });
    harness.trainingJobs.add(trainingJob(1));
    harness.trainingJobs.add(trainingJob(2));
    harness.statuses.set(jobId(2), "RUNNING");
    await harness.step("FinalizeTrainingJob", event);
    for (const n of [1, 2, 3]) await harness.slots.hold(n - 1, { sub, jobId: jobId(n) }, 0);
    await harness.reconcile();
    expect([...harness.slots.heldNow().values()].map(({ holder }) => holder.jobId)).toEqual([jobId(2)]);
  });

  test("one that cannot be repaired does not stand in the way of the next", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    harness.trainingJobs.add(trainingJob(2));
    harness.clock.advance(1_000);
    const load = harness.trainingJobs.get.bind(harness.trainingJobs);
    harness.trainingJobs.get = async (owned) => {
      if (owned.id === jobId(1)) throw new Error("unreadable");
      return await load(owned);
    };
    expect(await harness.reconcile()).toMatchObject({ repaired: 1, failed: 1 });
    expect(harness.started).toHaveLength(1);
  });

  test("rows that hang stand in nobody's way, are counted, and cost the reconciliation their own time alone", async () => {
    const harness = new ReconciledHarness();
    for (let n = 1; n <= 4; n += 1) harness.trainingJobs.add(trainingJob(n));
    harness.trainingJobs.add(trainingJob(5));
    const created = "2026-01-01T00:00:00.000Z";
    harness.compositions.add(composition({ sub, id: jobId(6), createdAt: created, updatedAt: created }));
    harness.clock.advance(1_000);
    const load = harness.trainingJobs.get.bind(harness.trainingJobs);
    harness.trainingJobs.get = async (owned) => {
      if (owned.id === jobId(5)) return await load(owned);
      await new Promise(() => undefined);
      return undefined;
    };
    const response = await harness.reconcile(100, async (_, work) => await withinTime(2, work));
    expect(response).toMatchObject({ failed: 4, repaired: 2 });
    expect(harness.started.map((input) => input.jobId)).toEqual([jobId(5)]);
    expect(harness.sent).toEqual([jobId(6)]);
    expect(harness.metrics.count("ReconcilerFailures")).toBe(4);
  });

  test("one whose repair fails for minutes is ended FAILED without being read, its slot, ticket and quota freed", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    for (const step of ["PrepareData", "AcquireSlot"] as const) await harness.step(step, event);
    const asksAgainBy = Number.MAX_SAFE_INTEGER;
    await harness.tickets.heartbeat({ sub, jobId: jobId(1), heartbeatAt: 0, asksAgainBy });
    harness.trainingJobs.get = async () => await Promise.reject(unreadable());
    await harness.reconcile();
    expect(harness.row(1).state).toBe("QUEUED");
    harness.clock.advance(patience.repair);
    await harness.reconcile();
    expect(harness.row(1)).toMatchObject({
      state: "FAILED",
      endReason: "FAILURE",
      failure: { code: "WORKFLOW_FAILED" },
    });
    expect(harness.row(1).openWork).toBeUndefined();
    expect(harness.trainingJobs.openNow()).toBe(0);
    expect(harness.slots.heldNow().size).toBe(0);
    expect(harness.tickets.waitingNow().size).toBe(0);
    expect(harness.metrics.count("JobsFailed")).toBe(1);
  });

  test.each([
    [
      "its execution cannot be asked for",
      (harness: ReconciledHarness) => {
        harness.isAway = true;
      },
    ],
    [
      "its row cannot be read now",
      (harness: ReconciledHarness) => {
        harness.trainingJobs.get = async () => await Promise.reject(new Error("throttled"));
      },
    ],
    [
      "its row is of a newer version, and its execution runs",
      (harness: ReconciledHarness) => {
        harness.trainingJobs.get = async () => await Promise.reject(unreadable());
      },
    ],
  ])("a training that goes well is never ended because %s", async (_, corrupt) => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    for (const step of ["PrepareData", "AcquireSlot", "LaunchTrainingJob"] as const) await harness.step(step, event);
    harness.statuses.set(jobId(1), "RUNNING");
    corrupt(harness);
    for (let reconcile = 0; reconcile < 10; reconcile += 1) {
      await harness.reconcile();
      harness.clock.advance(patience.repair);
    }
    expect(harness.row(1).state).toBe("STARTING");
    expect(harness.sageMaker.stops).toEqual([]);
    expect(harness.metrics.count("ReconcilerFailures")).toBe(10);
  });

  test("a row in the table that no version can read is ended, and its owner told", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    const key = ownedKey("TRAINING_JOB", sub, jobId(1));
    harness.stores.table.put(key, { ...harness.row(1), progress: "no object" });
    await harness.reconcile();
    expect(harness.stores.table.rowNow(key)).toMatchObject({
      state: "PENDING",
      repairFailedSince: expect.any(String) as unknown,
    });
    harness.clock.advance(patience.repair);
    await harness.reconcile();
    const ended = harness.stores.table.rowNow(key);
    expect(ended).toMatchObject({ state: "FAILED", failure: { code: "WORKFLOW_FAILED" } });
    expect(ended?.["openWork"]).toBeUndefined();
    expect(harness.trainingJobs.openNow()).toBe(0);
  });

  test("a repair that works again forgets the failures before it", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    const load = harness.trainingJobs.get.bind(harness.trainingJobs);
    harness.trainingJobs.get = async () => await Promise.reject(unreadable());
    await harness.reconcile();
    expect(harness.row(1).repairFailedSince).toBeDefined();
    harness.trainingJobs.get = load;
    harness.statuses.set(jobId(1), "RUNNING");
    await harness.reconcile();
    expect(harness.row(1).repairFailedSince).toBeUndefined();
  });

  test("a row that has been open for too long is counted at each reconciliation", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    harness.statuses.set(jobId(1), "RUNNING");
    harness.clock.advance(patience.overdue.TRAINING_JOB - 1);
    await harness.reconcile();
    expect(harness.metrics.count("OverdueWork")).toBe(0);
    harness.clock.advance(2);
    await harness.reconcile();
    expect(harness.metrics.count("OverdueWork")).toBe(1);
  });

  test("nothing is begun after the deadline", async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    harness.clock.advance(1_000);
    expect(await harness.reconcile(0)).toMatchObject({ checked: 0 });
  });
});

describe("compositions", () => {
  const created = "2026-01-01T00:00:00.000Z";
  const pending = composition({ sub, id: jobId(1), createdAt: created, updatedAt: created });
  const row = (harness: ReconciledHarness) => harness.compositions.rows.get(`${sub}/${jobId(1)}`);

  test("one that nobody took is sent again, one that a worker has is not", async () => {
    const harness = new ReconciledHarness();
    harness.compositions.add(pending);
    await harness.reconcile();
    expect(harness.sent).toEqual([]);
    harness.clock.advance(patience.notTaken);
    await harness.reconcile();
    expect(harness.sent).toEqual([jobId(1)]);
    await harness.compositions.claim(pending, new Date(harness.clock.now().getTime() + 100_000));
    await harness.reconcile();
    expect(harness.sent).toHaveLength(1);
  });

  test("one whose worker died is sent again, and after an hour of that it fails", async () => {
    const harness = new ReconciledHarness();
    harness.compositions.add(pending);
    await harness.compositions.claim(pending, harness.clock.now());
    harness.clock.advance(patience.notTaken + 1);
    await harness.reconcile();
    expect(harness.sent).toEqual([jobId(1)]);
    harness.clock.advance(patience.composition);
    await harness.reconcile();
    expect(row(harness)).toMatchObject({
      state: "FAILED",
      failure: { code: "COMPOSITION_ABANDONED", retryable: true },
      finishedAt: harness.clock.now().toISOString(),
    });
    expect(harness.compositions.openNow()).toBe(0);
    expect(await harness.reconcile()).toMatchObject({ checked: 0 });
  });
});

describe("versions of data sets", () => {
  async function asked(harness: ReconciledHarness) {
    const set = dataset({ sub });
    harness.stores.datasets.put(set);
    const wanted = { id: "0123456789abcdef", lineUp: "band", licenseKind: "own-work", files: 1 } as const;
    const version = doneValue(await harness.stores.datasetVersions.begin(set, wanted));
    return { set, version, of: { dataset: set, versionId: version.id } };
  }

  test("one that nobody freezes is sent again, and one with a lease is left alone", async () => {
    const harness = new ReconciledHarness();
    const { version, of } = await asked(harness);
    await harness.reconcile();
    expect(harness.sent).toEqual([]);
    harness.clock.advance(patience.notStarted);
    await harness.reconcile();
    expect(harness.sent).toEqual([version.id]);
    const until = new Date(harness.clock.now().getTime() + 300_000);
    doneValue(await harness.stores.datasetVersions.claim(of, until));
    harness.clock.advance(299);
    await harness.reconcile();
    expect(harness.sent).toEqual([version.id]);
    harness.clock.advance(2 + patience.notStarted);
    await harness.reconcile();
    expect(harness.sent).toEqual([version.id, version.id]);
  });

  test("one that is not frozen in an hour has failed, and can be asked for again", async () => {
    const harness = new ReconciledHarness();
    const { of } = await asked(harness);
    harness.clock.advance(patience.freezing + 1);
    await harness.reconcile();
    const failed = await harness.stores.datasetVersions.get(of);
    expect(failed).toMatchObject({ state: "FAILED", failure: { code: "FREEZING_ABANDONED", retryable: true } });
    expect(await harness.reconcile()).toMatchObject({ checked: 0 });
    if (failed === undefined) throw new Error("the version is gone");
    expect(doneValue(await harness.stores.datasetVersions.beginAgain(failed))).toMatchObject({ state: "FREEZING" });
  });
});

describe("SageMaker's state change", () => {
  const launched = async () => {
    const harness = new ReconciledHarness();
    harness.trainingJobs.add(trainingJob(1));
    for (const step of ["PrepareData", "AcquireSlot", "LaunchTrainingJob"] as const) await harness.step(step, event);
    harness.clock.advance(100);
    return harness;
  };
  const changed = async (harness: ReconciledHarness, detail: object) =>
    await trainingJobChanged({ ...harness.finalizingPorts(), event: { detail }, stage: "dev" });
  const detailOf = (harness: ReconciledHarness) => {
    const [name = ""] = harness.sageMaker.creates;
    return {
      TrainingJobName: name,
      CheckpointConfig: harness.sageMaker.trainingJobs.get(name)?.request.CheckpointConfig,
    };
  };

  test("makes the row fresher, twice with no further change, and never ends a job", async () => {
    const harness = await launched();
    expect(await changed(harness, detailOf(harness))).toEqual({ outcome: "MONITORED" });
    expect(harness.row(1)).toMatchObject({ state: "TRAINING", progress: { epoch: 2 } });
    const { version } = harness.row(1);
    await changed(harness, detailOf(harness));
    expect(harness.row(1).version).toBe(version);
    harness.clock.advance(10_000);
    await changed(harness, detailOf(harness));
    expect(harness.row(1).state).toBe("TRAINING");
    expect(harness.row(1).progress.epoch).toBe(10);
  });

  test("E: with empty objects, or without them, names nobody's job and is no error", async () => {
    const harness = await launched();
    const { TrainingJobName } = detailOf(harness);
    for (const detail of [
      { TrainingJobName },
      { TrainingJobName, CheckpointConfig: {}, OutputDataConfig: {} },
      { TrainingJobName, CheckpointConfig: {} },
    ]) {
      expect(await changed(harness, detail)).toEqual({ outcome: "NOT_OURS" });
    }
    const [request] = [...harness.sageMaker.trainingJobs.values()].map((job) => job.request);
    const OutputDataConfig = request?.OutputDataConfig;
    expect(await changed(harness, { TrainingJobName, CheckpointConfig: {}, OutputDataConfig })).toEqual({
      outcome: "MONITORED",
    });
  });

  test("of another deployment, of an earlier launch, or of a final job changes nothing", async () => {
    const harness = await launched();
    const detail = detailOf(harness);
    expect(
      await changed(harness, { ...detail, TrainingJobName: detail.TrainingJobName.replace("dev", "prod") }),
    ).toEqual({ outcome: "NOT_OURS" });
    expect(await changed(harness, { ...detail, TrainingJobName: detail.TrainingJobName.replace(/1$/, "2") })).toEqual({
      outcome: "NOT_OURS",
    });
    expect(
      await changed(harness, {
        ...detail,
        CheckpointConfig: { S3Uri: `s3://b/users/x/training-jobs/${jobId(2)}/checkpoints/` },
      }),
    ).toEqual({ outcome: "NOT_OURS" });
    expect(harness.row(1).state).toBe("STARTING");
    harness.clock.advance(10_000);
    await harness.step("FinalizeTrainingJob", event);
    expect(await changed(harness, detail)).toEqual({ outcome: "ALREADY_FINAL" });
  });
});
