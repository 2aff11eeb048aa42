/**
 * A SageMaker whose jobs follow plans of the test on the virtual clock, and write the files that our container writes.
 */
import { createHash } from "node:crypto";
import type { CreateTrainingJobCommandInput } from "@aws-sdk/client-sagemaker";
import { metricDefinitionsOf } from "../../domain/training/metric-definitions";
import type { CreateOutcome, DescribedTrainingJob, SageMakerJobs } from "../../lambdas/aws/sagemaker-jobs";
import { type TrainedTechniqueId, trainedTechniqueIds } from "../../naming/resource-names";
import type { MemoryBuckets } from "./memory-object-store";

/** The outcome of the next call of CreateTrainingJob. */
export type Plan =
  | { readonly create: "QUOTA_EXCEEDED"; readonly reason?: string }
  | { readonly create: "THROTTLED" | "REFUSED" | "ACCESS_DENIED" }
  | { readonly create: "THROWS" }
  | RunPlan;
/** The plan of a job that is created. */
export interface RunPlan {
  readonly create: "RUN";
  readonly startSeconds?: number;
  readonly epochs?: number;
  readonly secondsPerEpoch?: number;
  readonly uploadSeconds?: number;
  /** The way in which the job ends if nobody stops it. */
  readonly end?: "Completed" | "Failed" | "MaxRuntimeExceeded" | "MaxWaitTimeExceeded";
  readonly failureReason?: string;
  /** The number of epochs after which the job ends by itself. Without it, the job trains all epochs. */
  readonly endAfterEpochs?: number;
  /** True if the job leaves a model. It does so only if an epoch was complete. */
  readonly leavesModel?: boolean;
  readonly modelBytes?: number;
  /** True if the job leaves the model card of another model. */
  readonly wrongCard?: boolean;
  /** The technique that the model card names. Without it, this is the technique of the image. */
  readonly cardTechnique?: TrainedTechniqueId;
}

interface Job {
  readonly request: CreateTrainingJobCommandInput;
  /** The technique whose container runs. As on SageMaker, the image decides. */
  readonly technique: TrainedTechniqueId;
  readonly plan: Required<Omit<RunPlan, "failureReason">> & { readonly failureReason: string | undefined };
  readonly createdAt: number;
  stoppedAt?: number;
  /** The instant at which a call of Describe first found the job ended. */
  endedAt?: Date;
}

interface Phase {
  readonly status: string;
  readonly secondaryStatus: string;
  readonly failureReason?: string | undefined;
  readonly epochsDone: number;
  readonly ended: boolean;
}

const stopSeconds = 20;

/** SageMaker's text for a quota that other jobs use up, and for one that is 0. */
export const usedUpQuota =
  "The account-level service limit 'ml.m5.xlarge for training job usage' is 1 Instances, with current utilization of 1 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota.";
export const zeroQuota = usedUpQuota
  .replace("is 1 Instances", "is 0 Instances")
  .replace("utilization of 1", "utilization of 0");

/** SageMaker's text where a policy of the organization forbids a training job. */
export const deniedTraining =
  "User: arn:aws:sts::123456789012:assumed-role/launch/launch is not authorized to perform: sagemaker:CreateTrainingJob on resource: arn:aws:sagemaker:eu-west-1:123456789012:training-job/job with an explicit deny in a service control policy";

export class ScriptedSageMaker implements SageMakerJobs {
  readonly trainingJobs = new Map<string, Job>();
  readonly plans: Plan[] = [];
  readonly creates: string[] = [];
  readonly stops: string[] = [];
  /** The largest number of jobs that ran at once. */
  maxConcurrent = 0;
  /** Is called while a job is being created, so that a test can do something at that moment. */
  whileCreating: () => void = () => undefined;
  /** Returns the response of Describe that is sent in place of the right one. */
  describedAs: (described: DescribedTrainingJob) => DescribedTrainingJob = (described) => described;

  constructor(
    private readonly now: () => Date,
    private readonly buckets: MemoryBuckets,
  ) {}

  async create(request: CreateTrainingJobCommandInput): Promise<CreateOutcome> {
    const name = request.TrainingJobName ?? "";
    this.creates.push(name);
    this.whileCreating();
    if (this.trainingJobs.has(name)) return { kind: "NAME_IN_USE" };
    const plan = this.plans.shift() ?? { create: "RUN" };
    if (plan.create === "THROWS") throw new Error("InternalServerException");
    if (plan.create === "REFUSED") return { kind: "REFUSED", reason: "ValidationException: no" };
    if (plan.create === "ACCESS_DENIED") return { kind: "ACCESS_DENIED", reason: deniedTraining };
    if (plan.create === "QUOTA_EXCEEDED") return { kind: "QUOTA_EXCEEDED", reason: plan.reason ?? usedUpQuota };
    if (plan.create !== "RUN") return { kind: plan.create };
    const epochs = plan.epochs ?? 10;
    const technique = techniqueOf(request);
    this.trainingJobs.set(name, {
      request,
      technique,
      createdAt: this.seconds(),
      plan: {
        create: "RUN",
        startSeconds: plan.startSeconds ?? 30,
        epochs,
        secondsPerEpoch: plan.secondsPerEpoch ?? 30,
        uploadSeconds: plan.uploadSeconds ?? 10,
        end: plan.end ?? "Completed",
        failureReason: plan.failureReason,
        endAfterEpochs: plan.endAfterEpochs ?? epochs,
        leavesModel: plan.leavesModel ?? true,
        wrongCard: plan.wrongCard ?? false,
        modelBytes: plan.modelBytes ?? 100,
        cardTechnique: plan.cardTechnique ?? technique,
      },
    });
    this.maxConcurrent = Math.max(this.maxConcurrent, this.running().length);
    return { kind: "CREATED" };
  }

  async describe(name: string): Promise<DescribedTrainingJob | undefined> {
    const job = this.trainingJobs.get(name);
    if (job === undefined) return undefined;
    const phase = this.phase(job);
    this.sync(name, job, phase);
    const started = this.seconds() - job.createdAt >= job.plan.startSeconds;
    const startedAt = started ? new Date((job.createdAt + job.plan.startSeconds) * 1000) : undefined;
    return this.describedAs({
      name,
      status: phase.status,
      secondaryStatus: phase.secondaryStatus,
      failureReason: phase.failureReason,
      startedAt,
      endedAt: phase.ended ? (job.endedAt ??= this.now()) : undefined,
      trainingSeconds: phase.ended && started ? 100 : undefined,
      billableSeconds: phase.ended && started ? 60 : undefined,
      outputUri: job.request.OutputDataConfig?.S3OutputPath,
      checkpointUri: job.request.CheckpointConfig?.S3Uri,
    });
  }

  async stop(name: string): Promise<void> {
    this.stops.push(name);
    const job = this.trainingJobs.get(name);
    if (job !== undefined && !this.phase(job).ended) job.stoppedAt ??= this.seconds();
  }

  running(): string[] {
    return [...this.trainingJobs].filter(([, job]) => !this.phase(job).ended).map(([name]) => name);
  }

  /** Returns the time at which the job's training begins, in epoch seconds. */
  private begunAt(name: string): number {
    const job = this.trainingJobs.get(name);
    return job === undefined ? this.seconds() : job.createdAt + job.plan.startSeconds;
  }

  private seconds(): number {
    return this.now().getTime() / 1000;
  }

  private phase(job: Job): Phase {
    const { plan, stoppedAt } = job;
    const at = (seconds: number): number => seconds - job.createdAt - plan.startSeconds;
    const epochsAt = (seconds: number): number =>
      Math.max(0, Math.min(plan.endAfterEpochs, Math.floor(at(seconds) / plan.secondsPerEpoch)));
    const trained = plan.startSeconds + plan.endAfterEpochs * plan.secondsPerEpoch;
    const elapsed = this.seconds() - job.createdAt;
    if (stoppedAt !== undefined) {
      const epochsDone = epochsAt(stoppedAt);
      return this.seconds() - stoppedAt < stopSeconds
        ? { status: "Stopping", secondaryStatus: "Stopping", epochsDone, ended: false }
        : { status: "Stopped", secondaryStatus: "Stopped", epochsDone, ended: true };
    }
    const epochsDone = epochsAt(this.seconds());
    if (elapsed < plan.startSeconds)
      return { status: "InProgress", secondaryStatus: "Starting", epochsDone, ended: false };
    if (elapsed < trained) return { status: "InProgress", secondaryStatus: "Training", epochsDone, ended: false };
    if (plan.end === "Failed") {
      return {
        status: "Failed",
        secondaryStatus: "Failed",
        failureReason: plan.failureReason,
        epochsDone,
        ended: true,
      };
    }
    if (elapsed < trained + plan.uploadSeconds) {
      return { status: "InProgress", secondaryStatus: "Uploading", epochsDone, ended: false };
    }
    const status = plan.end === "Completed" ? "Completed" : "Stopped";
    return { status, secondaryStatus: plan.end, epochsDone, ended: true };
  }

  private sync(name: string, { request, technique, plan }: Job, { epochsDone, ended, status }: Phase): void {
    if (epochsDone === 0) return;
    const [bucket = "", ...rest] = (request.CheckpointConfig?.S3Uri ?? "").replace("s3://", "").split("/");
    const checkpoints = rest.join("/");
    const store = this.buckets.store(bucket);
    const lines = Array.from({ length: epochsDone }, (_, index) =>
      JSON.stringify(progressLine(technique, index + 1, plan, this.begunAt(name) + (index + 1) * plan.secondsPerEpoch)),
    );
    // The last line is half there while the container is writing.
    store.put(`${checkpoints}progress.jsonl`, `${lines.join("\n")}\n${ended ? "" : '{"schemaVersion":1,"ep'}`);
    store.put(`${checkpoints}reference.json`, JSON.stringify({ schemaVersion: 1, metrics: {}, validation: {} }));
    store.put(`${checkpoints}last.pt`, `checkpoint of epoch ${epochsDone}`);
    for (const epoch of ["0000", "0001"]) {
      store.put(`${checkpoints}samples/epoch-${epoch}/twinkle-twinkle.mid`, "MThd");
    }
    if (!ended || status === "Failed" || !plan.leavesModel) return;
    const output = `${(request.OutputDataConfig?.S3OutputPath ?? "").replace(`s3://${bucket}/`, "")}${name}/output/model/`;
    const model = Buffer.alloc(plan.modelBytes, `model of ${name} `);
    const sha256 = createHash("sha256")
      .update(plan.wrongCard ? "another" : model)
      .digest("hex");
    store.put(`${output}model.onnx`, model);
    store.put(`${output}model-card.json`, JSON.stringify(modelCard(plan.cardTechnique, sha256, model.byteLength)));
  }
}

export const datasetSha256 = createHash("sha256").update("pieces").digest("hex");

/**
 * Returns the technique of a request's image.
 * @throws Error for an image that is not one of the stage's
 */
function techniqueOf({ AlgorithmSpecification }: CreateTrainingJobCommandInput): TrainedTechniqueId {
  const image = AlgorithmSpecification?.TrainingImage ?? "none";
  const technique = trainedTechniqueIds.find((id) => image.includes(`/${id}@`));
  if (technique === undefined) throw new Error(`no technique has the image ${image}`);
  return technique;
}

/** Returns the names of the losses that a technique's container reports. */
export const lossesOf = (technique: TrainedTechniqueId): readonly string[] =>
  metricDefinitionsOf(technique)
    .map(({ Name }) => Name.replace("opencomposer:", ""))
    .filter((name) => /^(?:loss|.*Loss)$/.test(name));

const progressLine = (technique: TrainedTechniqueId, epoch: number, plan: Job["plan"], writtenAt: number) => ({
  schemaVersion: 1,
  epoch,
  epochs: plan.epochs,
  ...Object.fromEntries(lossesOf(technique).map((name, index) => [name, (index - 0.5) / epoch])),
  similarityIndex: 0.5 / epoch,
  seconds: plan.secondsPerEpoch,
  elapsedSeconds: plan.secondsPerEpoch * epoch,
  samplesPerSecond: 10,
  timestamp: new Date(1000 * writtenAt).toISOString(),
});

export const modelCard = (technique: TrainedTechniqueId, sha256: string, bytes: number) => ({
  schemaVersion: 1,
  technique,
  name: "A model",
  description: "Made by a test",
  createdAt: "2026-01-01T00:00:00.000Z",
  model: { file: "model.onnx", sha256, bytes, opset: 18, parameters: 1 },
  voices: [
    { name: "Soprano", program: 0, head: "monophonic", lowestPitch: 40, highestPitch: 80 },
    { name: "Bass", program: 0, head: "monophonic", lowestPitch: 30, highestPitch: 60 },
  ],
  limits: { maxBars: 64, stepsPerBeat: 4, beatsPerBar: 4, lowestPitch: 30, highestPitch: 80 },
  dataset: {
    id: "bach-chorales",
    version: "1",
    sha256: datasetSha256,
    licence: "Public domain",
    pieces: 2,
    windows: 4,
    topics: {},
  },
  hyperparameters: {},
  seed: 0,
  epoch: 1,
  epochsCompleted: 1,
  endReason: "epochs",
  metrics: { similarityIndex: 0.1, emptyBarRate: 0 },
  reference: { metrics: {}, validation: {} },
  versions: { python: "3.11", torch: "2", onnx: "1", numpy: "2" },
  trainingSeconds: 100,
});
