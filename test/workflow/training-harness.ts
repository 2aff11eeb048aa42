/** The real steps of the workflow on fakes of everything around them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogueFile } from "../../domain/datasets/catalogue-file";
import type { TrainingSettings } from "../../domain/schemas/training-settings";
import { isFinalTrainingJobState, isLegalTrainingJobTransition } from "../../domain/states/training-job-state";
import type { TrainingJobItem } from "../../lambdas/stores/items";
import { acquireSlot } from "../../lambdas/training/acquire-slot";
import { parseFinalizeInput } from "../../lambdas/training/finalize-input";
import { finalizeTrainingJob } from "../../lambdas/training/finalize-training-job";
import { launchTrainingJob } from "../../lambdas/training/launch-training-job";
import { runMonitoringTurn } from "../../lambdas/training/monitoring-turn";
import { patientStep } from "../../lambdas/training/patient-step";
import { prepareData } from "../../lambdas/training/prepare-data";
import { registerModel } from "../../lambdas/training/register-model";
import { stepInputSchema } from "../../lambdas/training/step-input";
import { datasetManifestFile, datasetPrefix } from "../../naming/object-keys";
import { perTrainedTechnique } from "../../naming/resource-names";
import { type StepFolder, stepPatienceSeconds } from "../../naming/time-limits";
import { VirtualClock } from "../fakes/clock";
import { MemoryBuckets } from "../fakes/memory-object-store";
import { type MemoryStores, memoryStores } from "../fakes/memory-stores";
import { datasetSha256, ScriptedSageMaker } from "../fakes/scripted-sagemaker";
import { CollectingLog, CollectingMetrics } from "../fakes/telemetry";
import {
  type Definition,
  definitionSchema,
  type ExecutionResult,
  runExecution,
  type RunParams,
} from "./asl-interpreter";
import type { Reply, Script } from "./second-engine/script";

export const definitionFile = join(__dirname, "../../stepfunctions/training-workflow.asl.json");
export const readDefinition = (): Definition =>
  definitionSchema.parse(JSON.parse(readFileSync(definitionFile, "utf8")));

export const stepNames = [
  "PrepareData",
  "AcquireSlot",
  "LaunchTrainingJob",
  "MonitorTrainingJob",
  "RegisterModel",
  "FinalizeTrainingJob",
] as const;
export type StepName = (typeof stepNames)[number];

/** The folder of each step's function. */
export const stepFolders: Readonly<Record<StepName, StepFolder>> = {
  PrepareData: "workflow/prepare-data",
  AcquireSlot: "workflow/acquire-slot",
  LaunchTrainingJob: "workflow/launch-training-job",
  MonitorTrainingJob: "workflow/monitor-training-job",
  RegisterModel: "workflow/register-model",
  FinalizeTrainingJob: "workflow/finalize-training-job",
};

export const settings: TrainingSettings = {
  images: perTrainedTechnique((technique) => `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${technique}@sha256:0`),
  roleArn: "arn:aws:iam::123456789012:role/training",
  instanceType: "ml.m5.xlarge",
  volumeSizeGb: 10,
  useSpot: false,
  slots: 1,
  runtimeLimitSeconds: 86_400,
  queueDeadlineSeconds: 3_600,
  capacityDeadlineSeconds: 1_800,
  slotLeaseSeconds: 300,
  monitor: { firstSeconds: 15, laterSeconds: 60, firstForSeconds: 300 },
  waitSeconds: 30,
};

export const sub = "0a1b2c3d-user";
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** ULIDs in order: the nth job was made nth. */
export const jobId = (n: number): string => `01K0000000000000000000000${alphabet[n] ?? "Z"}`;

export function trainingJob(n: number, more: Partial<TrainingJobItem> = {}): TrainingJobItem {
  const id = jobId(n);
  return {
    schemaVersion: 1,
    kind: "TRAINING_JOB",
    sub,
    id,
    name: `Job ${n}`,
    version: 1,
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
    technique: "unet-gan",
    state: "PENDING",
    topics: {},
    dataset: { id: "bach-chorales", version: "1", sha256: datasetSha256 },
    hyperparameters: { epochs: 10, learningRate: 0.001, earlyStopping: false, modelSize: "small" },
    maxRuntimeSeconds: 3_600,
    attempt: 1,
    launch: 0,
    stopRequested: false,
    progress: { epoch: 0, epochs: 10, percent: 0 },
    convergence: { state: "fluctuating" },
    resumable: false,
    usage: { trainingSeconds: 0, billableSeconds: 0 },
    openWork: "TRAINING_JOB",
    openWorkOwner: `${sub}#${id}`,
    ...more,
  };
}

export const catalogue = catalogueFile({
  dataset: {
    id: "bach-chorales",
    version: "1",
    sha256: datasetSha256,
    name: "Bach chorales",
    licence: "Public domain",
  },
  voices: ["Soprano", "Alto", "Tenor", "Bass"],
  pieces: [
    { id: "bwv-1", tags: { composer: ["bach"], mode: ["major"] }, bars: 40, split: "train" },
    { id: "bwv-2", tags: { composer: ["bach"], mode: ["minor"] }, bars: 20, split: "train" },
    { id: "bwv-3", tags: { composer: ["bach"], mode: ["minor"] }, bars: 20, split: "validation" },
    // With these there are the eight pieces that a training needs at least.
    ...[4, 5, 6, 7, 8, 9].map((number) => ({
      id: `bwv-${number}`,
      tags: { composer: ["bach"], mode: ["major"] },
      bars: 8,
      split: "train" as const,
    })),
  ],
});

/** Where the data set of {@link catalogue} lies. */
export const datasetKey = `${datasetPrefix(catalogue.dataset)}${datasetManifestFile}`;

/** A linear congruential generator (Numerical Recipes): 0 ≤ x < 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export class TrainingHarness {
  readonly clock = new VirtualClock();
  readonly buckets = new MemoryBuckets();
  readonly work = this.buckets.store("work-bucket");
  readonly artifacts = this.buckets.store("artifacts-bucket");
  readonly stores: MemoryStores;
  readonly trainingJobs: MemoryStores["trainingJobs"];
  readonly compositions: MemoryStores["compositions"];
  readonly models: MemoryStores["models"];
  readonly slots: MemoryStores["slots"];
  readonly tickets: MemoryStores["tickets"];
  readonly sageMaker = new ScriptedSageMaker(this.clock.now, this.buckets);
  readonly log = new CollectingLog();
  readonly metrics = new CollectingMetrics();
  readonly settings: TrainingSettings;
  /** Chance, the same in every run. */
  readonly random = seeded(1);
  /** Throws instead of (or before, or after) a step: called with the step and how often it has been called. */
  fault: (step: StepName, call: number) => "BEFORE" | "AFTER" | undefined = () => undefined;
  private readonly calls = new Map<StepName, number>();
  /** What the steps have replied in each execution. */
  readonly scripts: Script[] = [];

  /** @param stores - shared with another harness */
  constructor(more: Partial<TrainingSettings> = {}, stores?: MemoryStores) {
    this.settings = { ...settings, ...more };
    this.stores = stores ?? memoryStores(this.clock.now);
    this.trainingJobs = this.stores.trainingJobs;
    this.compositions = this.stores.compositions;
    this.models = this.stores.models;
    this.slots = this.stores.slots;
    this.tickets = this.stores.tickets;
    this.stores.catalogues.add(catalogue);
    this.artifacts.put(datasetKey, "{}");
  }

  readonly finalizingPorts = () => ({
    trainingJobs: this.trainingJobs,
    catalogues: this.stores.catalogues,
    datasetVersions: this.stores.datasetVersions,
    slots: this.slots,
    tickets: this.tickets,
    sageMakerJobs: this.sageMaker,
    work: this.work,
    artifacts: this.artifacts,
    now: this.clock.now,
    random: this.random,
    log: this.log,
    metrics: this.metrics,
  });

  /** One step on the execution's data, as its handler would call it. */
  async step(name: StepName, data: unknown): Promise<unknown> {
    const input = stepInputSchema.parse(data);
    const { settings: stageSettings } = this;
    const common = { ...this.finalizingPorts(), input, settings: stageSettings };
    switch (name) {
      case "PrepareData":
        return await prepareData(common);
      case "AcquireSlot":
        return await acquireSlot(common);
      case "LaunchTrainingJob":
        return await launchTrainingJob({
          ...common,
          stage: "dev",
          artifactsBucket: "artifacts-bucket",
          workBucket: "work-bucket",
        });
      case "MonitorTrainingJob":
        return await runMonitoringTurn(common);
      case "RegisterModel":
        return await registerModel(common);
      case "FinalizeTrainingJob":
        return await finalizeTrainingJob({ ...common, ...parseFinalizeInput(data) });
    }
  }

  /** One step as the workflow calls it: with its patience, and broken where `faultNow` says so. */
  async task(
    step: StepName,
    event: unknown,
    faultNow: () => "BEFORE" | "AFTER" | undefined = () => undefined,
  ): Promise<unknown> {
    return await patientStep({
      event,
      patienceSeconds: stepPatienceSeconds[stepFolders[step]],
      now: this.clock.now,
      log: this.log,
      run: async (data) => {
        const fault = faultNow();
        if (fault === "BEFORE") throw faultOf(step);
        const response = await this.step(step, data);
        if (fault === "AFTER") throw faultOf(step);
        return response;
      },
    });
  }

  async run(n: number, more: Partial<RunParams> = {}): Promise<ExecutionResult> {
    const input = { sub, jobId: jobId(n), attempt: 1 };
    const replies: Reply[] = [];
    this.scripts.push({ input, replies });
    return await runExecution({
      definition: readDefinition(),
      clock: this.clock,
      random: this.random,
      input,
      task: async (name, event) => {
        const step = stepNames.find((candidate) => candidate === name);
        if (step === undefined) throw new Error(`no step ${name}`);
        const call = (this.calls.get(step) ?? 0) + 1;
        this.calls.set(step, call);
        try {
          const returns = await this.task(step, event, () => this.fault(step, call));
          replies.push({ returns: returns ?? null });
          return returns;
        } catch (error) {
          replies.push({ throws: error instanceof Error ? error.name : "Error", message: `${step} failed` });
          throw error;
        }
      },
      ...more,
    });
  }

  row(n: number): TrainingJobItem {
    const row = this.trainingJobs.rows.get(`${sub}/${jobId(n)}`);
    if (row === undefined) throw new Error(`no job ${n}`);
    return row;
  }
}

/** As MiniStack names every error of a function. */
function faultOf(step: StepName): Error {
  const error = new Error(`${step} failed`);
  error.name = "Runtime.HandlerError";
  return error;
}

/** What holds at the end of every path, whatever happened. */
export function expectNothingLeft(harness: TrainingHarness): void {
  for (const row of harness.trainingJobs.rows.values()) {
    expect(isFinalTrainingJobState(row.state)).toBe(true);
    expect(row.openWork).toBeUndefined();
    expect(row.failure !== undefined).toBe(row.state === "FAILED");
  }
  expect(harness.trainingJobs.openNow()).toBe(0);
  expect([...harness.slots.heldNow().values()]).toEqual([]);
  expect([...harness.tickets.waitingNow().keys()]).toEqual([]);
  expect(harness.sageMaker.running()).toEqual([]);
  for (const states of harness.trainingJobs.history.values()) {
    for (const [index, to] of states.slice(1).entries()) {
      expect(isLegalTrainingJobTransition(states[index] ?? "READY", to)).toBe(true);
    }
  }
}
