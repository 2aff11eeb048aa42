/** Uses training jobs, the workflow's steps and what repairs them in every way that calls AWS in a way of its own. */
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { ulid } from "ulid";
import * as z from "zod";
import { trainingJobSchema } from "../../domain/schemas/api/training";
import { pendingChange } from "../../lambdas/stores/pending-changes";
import type { Row } from "../../lambdas/stores/table";
import {
  checkpointsPrefix,
  datasetPiecesKey,
  incomingArchiveKey,
  incomingFileKey,
  ownDatasetPrefix,
  trainingJobPrefix,
  trainingOutputPrefix,
} from "../../naming/object-keys";
import { executionName, trainingJobName } from "../../naming/resource-names";
import {
  datasetFileKey,
  datasetVersionKey,
  freezingMark,
  openWorkOwner,
  ownedKey,
  type OwnedKind,
  ownedKinds,
  pendingChangeKey,
  slotKey,
} from "../../naming/table-keys";
import { until } from "../e2e/until";
import type { RunPlan } from "../fakes/scripted-sagemaker";
import { putCatalogue } from "../integration/support/local-table";
import { alice, composition, dataset, model, trainingJob } from "../unit/api/support/items";
import { catalogue, datasetKey, stepFolders, type StepName } from "../workflow/training-harness";
import type { RecordedFunctions } from "./recorded-functions";
import { inserted, toldToStop } from "./stream-records";

const sub = alice;
const long = new Date(Date.now() - 3_600_000).toISOString();

/** A few of the functions, with what the walk asks of them most. */
class Walk {
  constructor(readonly functions: RecordedFunctions) {}

  async row(id: string): Promise<Row> {
    return (await this.functions.local.table.read(ownedKey("TRAINING_JOB", sub, id))) ?? {};
  }

  async put(more: Parameters<typeof trainingJob>[0] = {}) {
    const job = trainingJob({ createdAt: long, updatedAt: long, ...more });
    await this.functions.local.table.write([
      { kind: "PUT", key: ownedKey("TRAINING_JOB", sub, job.id), row: { ...job } },
    ]);
    return job;
  }

  async set(id: string, set: Row): Promise<void> {
    const key = ownedKey("TRAINING_JOB", sub, id);
    await this.functions.local.table.write([{ kind: "UPDATE", key, changes: { set } }]);
  }

  async step(name: StepName, jobId: string, data: object = {}): Promise<unknown> {
    const input = { sub, jobId, attempt: 1, ...data };
    const event = { data: input, enteredAt: new Date().toISOString(), retries: 0 };
    return await this.functions.invoke(stepFolders[name], event);
  }

  /** Requests a job, and lets the stream start it. @returns its id */
  async request(json: object): Promise<string> {
    const { call, invoke } = this.functions;
    const headers = { "idempotency-key": ulid() };
    const created = await call("POST", "/training-jobs", {
      sub,
      headers,
      json: { name: "Job", technique: "unet-gan", ...json },
    });
    expect(created).toMatchObject({ status: 202 });
    const { id } = trainingJobSchema.parse(created.body);
    await invoke("events/dispatch-work", { Records: [inserted(await this.row(id))] });
    return id;
  }

  async launch(id: string, plan: Partial<RunPlan> = {}): Promise<string> {
    this.functions.sageMaker.plans.push({
      create: "RUN",
      startSeconds: 10,
      epochs: 2,
      secondsPerEpoch: 10,
      uploadSeconds: 10,
      ...plan,
    });
    expect(await this.step("PrepareData", id)).toMatchObject({ outcome: "PREPARED" });
    expect(await this.step("AcquireSlot", id)).toMatchObject({ outcome: "SLOT_ACQUIRED" });
    // The response of the first try was lost.
    expect(await this.step("AcquireSlot", id)).toMatchObject({ outcome: "SLOT_ACQUIRED" });
    expect(await this.step("LaunchTrainingJob", id)).toMatchObject({ outcome: "LAUNCHED" });
    return z.string().parse((await this.row(id))["trainingJobName"]);
  }

  async state(id: string): Promise<unknown> {
    return (await this.row(id))["state"];
  }
}

/** A job from its request to its model, and another that goes on from its checkpoint. */
async function train(walk: Walk): Promise<void> {
  const { call, invoke } = walk.functions;
  const request = { topics: {}, hyperparameters: { epochs: 2 }, maxRuntimeSeconds: 86_400 };
  const id = await walk.request(request);
  const name = await walk.launch(id);
  const checkpoint = `s3://${walk.functions.local.workBucket}/${checkpointsPrefix({ sub, id })}`;
  const detail = { TrainingJobName: name, CheckpointConfig: { S3Uri: checkpoint } };
  // Nothing is written yet, and no model is there.
  expect(await invoke("events/training-job-changed", { detail })).toEqual({ outcome: "MONITORED" });
  expect(await walk.step("RegisterModel", id)).toMatchObject({ outcome: "NO_MODEL" });
  // A second try finds the job that the first one has created.
  expect(await walk.step("LaunchTrainingJob", id)).toMatchObject({ outcome: "LAUNCHED" });
  walk.functions.pass(20);
  expect(await invoke("events/training-job-changed", { detail })).toEqual({ outcome: "MONITORED" });
  expect(await walk.step("MonitorTrainingJob", id)).toMatchObject({ outcome: "RUNNING" });
  for (const target of ["metrics", "samples", "samples/1/twinkle-twinkle", "samples/2/none"])
    await call("GET", `/training-jobs/${id}/${target}`, { sub });
  walk.functions.pass(60);
  expect(await walk.step("MonitorTrainingJob", id)).toMatchObject({ outcome: "COMPLETED" });
  expect(await walk.step("RegisterModel", id)).toMatchObject({ outcome: "REGISTERED" });
  expect(await walk.step("FinalizeTrainingJob", id)).toMatchObject({ outcome: "FINALIZED", state: "READY" });
  for (const target of ["", "/metrics", "/samples", "/samples/1/twinkle-twinkle"])
    expect((await call("GET", `/training-jobs/${id}${target}`, { sub })).status).toBe(200);
  const signed = await call("GET", `/training-jobs/${id}/samples/1/twinkle-twinkle`, {
    sub,
    headers: { accept: "application/json" },
  });
  await fetch(z.object({ url: z.url() }).parse(signed.body).url);
  for (const target of ["/training-jobs", "/training-topics"])
    expect((await call("GET", target, { sub })).status).toBe(200);

  const resumed = await walk.request({ resumeFrom: id, hyperparameters: { epochs: 4 } });
  expect(await walk.step("PrepareData", resumed)).toMatchObject({ outcome: "PREPARED" });
  expect((await call("POST", `/training-jobs/${resumed}/stop`, { sub })).status).toBe(202);
  expect(await walk.step("FinalizeTrainingJob", resumed)).toMatchObject({ state: "STOPPED" });
  for (const one of [resumed, id]) expect((await call("DELETE", `/training-jobs/${one}`, { sub })).status).toBe(204);
}

/** Jobs that wait, jobs that are stopped, and slots whose holders are gone. */
async function stopAndWait(walk: Walk): Promise<void> {
  const { invoke } = walk.functions;
  const stopped = await walk.request({ topics: {}, hyperparameters: { epochs: 2 } });
  const name = await walk.launch(stopped, { secondsPerEpoch: 600 });
  await walk.set(stopped, { stopRequested: true });
  await invoke("events/dispatch-work", { Records: [toldToStop(await walk.row(stopped))] });
  expect(walk.functions.sageMaker.stops).toContain(name);
  // Told to stop while it was being launched: the next try adopts the job and stops it.
  expect(await walk.step("LaunchTrainingJob", stopped)).toMatchObject({ outcome: "LAUNCHED" });
  expect(await walk.step("MonitorTrainingJob", stopped)).toMatchObject({ outcome: "RUNNING" });
  expect(await walk.step("FinalizeTrainingJob", stopped)).toMatchObject({ outcome: "WAITING_FOR_STOP" });
  walk.functions.pass(60);
  expect(await walk.step("FinalizeTrainingJob", stopped)).toMatchObject({ state: "STOPPED" });

  const running = await walk.request({ topics: {}, hyperparameters: { epochs: 2 } });
  await walk.launch(running, { secondsPerEpoch: 600 });
  await walk.set(running, { stopRequested: true });
  expect(await walk.step("MonitorTrainingJob", running)).toMatchObject({ outcome: "RUNNING" });
  walk.functions.pass(60);
  expect(await walk.step("FinalizeTrainingJob", running)).toMatchObject({ state: "STOPPED" });
  const unstopped = await walk.request({ topics: {}, hyperparameters: { epochs: 2 } });
  await walk.launch(unstopped, { secondsPerEpoch: 600 });
  expect(await walk.step("FinalizeTrainingJob", unstopped)).toMatchObject({ outcome: "WAITING_FOR_STOP" });
  walk.functions.pass(60);
  expect(await walk.step("FinalizeTrainingJob", unstopped)).toMatchObject({ outcome: "FINALIZED" });

  // SageMaker has no capacity, when it is asked and when it begins.
  const refused = await walk.request({ topics: {}, hyperparameters: { epochs: 2 } });
  await walk.launch(refused, { epochs: 0, end: "Failed", failureReason: "CapacityError: none" });
  walk.functions.pass(60);
  expect(await walk.step("MonitorTrainingJob", refused)).toMatchObject({ outcome: "WAITING_FOR_CAPACITY" });
  walk.functions.sageMaker.plans.push({ create: "QUOTA_EXCEEDED" });
  expect(await walk.step("LaunchTrainingJob", refused)).toMatchObject({ outcome: "WAITING_FOR_CAPACITY" });
  expect(await walk.step("FinalizeTrainingJob", refused)).toMatchObject({ outcome: "FINALIZED" });

  // Every slot is held; the lease of one has run out, and SageMaker says that its job has ended.
  const holders = await Promise.all([0, 1].map(async () => await walk.put({ state: "TRAINING" })));
  for (const [index, { id }] of holders.entries()) {
    await walk.set(id, { trainingJobName: trainingJobName("prod", { jobId: id, attempt: 1, launch: 1 }), launch: 1 });
    const leasedUntil = Date.now() - 600_000;
    await walk.functions.local.table.write([
      {
        kind: "PUT",
        key: slotKey(index),
        row: { schemaVersion: 1, kind: "SLOT", holder: { sub, jobId: id }, leasedUntil },
      },
    ]);
  }
  const waiting = await walk.put({});
  expect(await walk.step("AcquireSlot", waiting.id)).toMatchObject({ outcome: "SLOT_ACQUIRED" });
  // The data set is not there: the one of this job has never been built.
  const dataless = await walk.put({ dataset: { id: "none", version: "1", sha256: "a".repeat(64) } });
  expect(await walk.step("AcquireSlot", dataless.id)).toMatchObject({ outcome: "WAITING_FOR_DATA" });
  await invoke("events/dispatch-work", { Records: [{ eventName: "NONE" }] });
  for (const { id } of [...holders, waiting, dataless]) {
    await walk.step("FinalizeTrainingJob", id);
  }
}

/** Executions that were cut off, rows that nobody works on, files that no row names. */
async function repair(walk: Walk): Promise<void> {
  const { invoke, workflows, stateMachineArn, local, artifacts, work } = walk.functions;
  /** Waits until the execution of the first attempt has failed, as the stand-in's definition makes it. */
  const firstExecutionFails = async (jobId: string): Promise<void> => {
    const name = executionName({ jobId, attempt: 1 });
    const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
    await until("the execution has failed", 60, async () => {
      const { status } = await workflows.send(new DescribeExecutionCommand({ executionArn }));
      return status === "FAILED";
    });
  };
  const failedExecution = async (jobId: string): Promise<void> => {
    const name = executionName({ jobId, attempt: 1 });
    const input = JSON.stringify({ sub, jobId, attempt: 1 });
    await workflows.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    await firstExecutionFails(jobId);
  };
  const ended = async (jobId: string, status = "FAILED"): Promise<unknown> => {
    const input = JSON.stringify({ sub, jobId, attempt: 1 });
    const detail = { name: executionName({ jobId, attempt: 1 }), status, input };
    return await invoke("events/workflow-ended", { detail });
  };

  // The next attempt, and a job that is finalized instead: it has trained, and holds a slot.
  const cutOff = await walk.put({});
  await failedExecution(cutOff.id);
  expect(await ended(cutOff.id)).toMatchObject({ outcome: "NEXT_ATTEMPT" });
  for (const recover of ["events/workflow-ended", "events/reconcile-open-work"] as const) {
    const id = await walk.request({ topics: {}, hyperparameters: { epochs: 2 } });
    await walk.launch(id, { epochs: 100 });
    walk.functions.pass(30);
    await firstExecutionFails(id);
    const look = async () =>
      recover === "events/workflow-ended" ? await ended(id, "ABORTED") : await invoke(recover, {});
    // The next attempt goes on with what SageMaker still works on.
    await look();
    expect(await walk.row(id)).toMatchObject({ attempt: 2 });
    // Told to stop, SageMaker stops it, and the job is finalized at the next look.
    await walk.set(id, { attempt: 1, stopRequested: true });
    await look();
    walk.functions.pass(60);
    await look();
    expect(await walk.state(id)).toBe("STOPPED");
  }

  // A row that nothing can read is ended when its repair has failed for minutes.
  for (const recover of ["events/workflow-ended", "events/reconcile-open-work"] as const) {
    const broken = await walk.put({ state: "TRAINING" });
    const name = trainingJobName("prod", { jobId: broken.id, attempt: 1, launch: 1 });
    await failedExecution(broken.id);
    await walk.set(broken.id, { trainingJobName: name, progress: "none", repairFailedSince: long });
    await (recover === "events/workflow-ended" ? ended(broken.id, "ABORTED") : invoke(recover, {}));
    expect(await walk.state(broken.id)).toBe("FAILED");
  }

  // Work that was never started, work whose execution failed, a composition that nobody took.
  const unstarted = await walk.put({});
  await walk.set(unstarted.id, { repairFailedSince: long });
  const unreadable = composition({ sub, createdAt: long, updatedAt: long });
  await local.table.write([
    {
      kind: "PUT",
      key: ownedKey("COMPOSITION", sub, unreadable.id),
      row: { ...unreadable, seed: "none", repairFailedSince: long },
    },
  ]);
  const failed = await walk.put({});
  await failedExecution(failed.id);
  const forgotten = composition({ sub, createdAt: new Date(Date.now() - 1_200_000).toISOString(), updatedAt: long });
  const abandoned = composition({ sub, createdAt: new Date(Date.now() - 7_200_000).toISOString(), updatedAt: long });
  for (const one of [forgotten, abandoned])
    await local.table.write([{ kind: "PUT", key: ownedKey("COMPOSITION", sub, one.id), row: { ...one } }]);
  // Creations and deletions that were cut off, of every kind, each with its files.
  const files: Readonly<Record<OwnedKind, (id: string) => string>> = {
    TRACK: (id) => `users/${sub}/tracks/${id}.mid`,
    COMPOSITION: (id) => `users/${sub}/compositions/${id}/score.json`,
    MODEL: (id) => `users/${sub}/models/${id}/model.onnx`,
    DATASET: (id) => `${ownDatasetPrefix({ sub, id })}files/${"0".repeat(64)}.mid`,
    TRAINING_JOB: (id) => `${trainingJobPrefix({ sub, id })}progress.jsonl`,
  };
  const binary = { body: "x", contentType: "application/octet-stream" };
  for (const kind of ownedKinds) {
    for (const state of ["CREATING", "DELETING"] as const) {
      const id = ulid();
      const change = pendingChange({ of: kind, sub, id, state, now: new Date(long), holds: { storedBytes: 1 } });
      await local.table.write([{ kind: "PUT", key: pendingChangeKey(kind, sub, id), row: { ...change } }]);
      await artifacts.write({ key: files[kind](id), ...binary });
      if (kind === "TRAINING_JOB") {
        await work.write({ key: `${trainingOutputPrefix({ sub, id })}model`, ...binary });
        await work.write({ key: `${checkpointsPrefix({ sub, id })}last.pt`, ...binary });
      }
      if (kind === "DATASET") {
        const sha256 = "1".repeat(64);
        const row = { sub, datasetId: id, state: "PENDING", sha256 };
        await local.table.write([{ kind: "PUT", key: datasetFileKey({ sub, id }, { state: "PENDING", sha256 }), row }]);
        await work.write({ key: incomingFileKey({ sub, id }, sha256), ...binary });
        await work.write({ key: incomingArchiveKey({ sub, id }, sha256), ...binary });
        await artifacts.write({ key: datasetPiecesKey({ sub, id }, sha256), ...binary });
        const version = { sub, datasetId: id, id: "0".repeat(16) };
        const trained = model({ sub });
        await local.table.write([
          { kind: "PUT", key: datasetVersionKey({ sub, id }, version.id), row: version },
          {
            ...{ kind: "PUT", key: ownedKey("MODEL", sub, trained.id) },
            row: { ...trained, dataset: { ...trained.dataset, id } },
          },
        ]);
      }
    }
  }
  // Versions of data sets that nobody freezes, one of them for too long.
  const set = dataset({ sub });
  await local.table.write([{ kind: "PUT", key: ownedKey("DATASET", sub, set.id), row: { ...set } }]);
  const versions = [300_000, 7_200_000].map((age, index) => {
    const at = new Date(Date.now() - age).toISOString();
    const versionId = String(index).repeat(16);
    return {
      key: datasetVersionKey(set, versionId),
      row: {
        ...{ schemaVersion: 1, kind: "DATASET_VERSION", sub, datasetId: set.id, id: versionId, version: 1, files: 1 },
        ...{ createdAt: at, updatedAt: at, state: "FREEZING", lineUp: "band", licenseKind: "own-work" },
        ...{ openWork: freezingMark, openWorkOwner: openWorkOwner(sub, `${set.id}#${versionId}`) },
      },
    };
  });
  for (const each of versions) await local.table.write([{ kind: "PUT", ...each }]);
  // A slot of a job that is final.
  const final = await walk.put({ state: "READY" });
  await local.table.write([
    {
      kind: "PUT",
      key: slotKey(1),
      row: { schemaVersion: 1, kind: "SLOT", holder: { sub, jobId: final.id }, leasedUntil: Date.now() },
    },
  ]);
  // The one that cannot be read is the only one that fails, and is ended.
  expect(await invoke("events/reconcile-open-work", {})).toMatchObject({ failed: 1 });
  expect(await local.table.read(ownedKey("COMPOSITION", sub, unreadable.id))).toMatchObject({ state: "FAILED" });
  expect(await walk.row(failed.id)).toMatchObject({ attempt: 2 });
  const states = await Promise.all(versions.map(async ({ key }) => (await local.table.read(key))?.["state"]));
  expect(states).toEqual(["FREEZING", "FAILED"]);
  expect(await artifacts.list(`users/${sub}/tracks/`, 10)).toEqual([]);
  expect((await walk.row(unstarted.id))["repairFailedSince"]).toBeUndefined();

  expect(await invoke("events/count-orphans", {})).toMatchObject({ complete: true });
}

export async function walkThroughTraining(functions: RecordedFunctions): Promise<void> {
  const { local, artifacts } = functions;
  await putCatalogue(local, catalogue);
  await artifacts.write({ key: datasetKey, body: "{}", contentType: "application/json" });
  const walk = new Walk(functions);
  await train(walk);
  await stopAndWait(walk);
  await repair(walk);
}
