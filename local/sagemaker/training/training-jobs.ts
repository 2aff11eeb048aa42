import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { listPage } from "../api/list-pages";
import type { RequestBody } from "../api/request-validation";
import { errorText, resourceInUse, resourceLimitExceeded, validationException } from "../api/service-error";
import { Tags } from "../api/tags";
import type { LocalSageMakerConfig } from "../config";
import { endRecordedProcess, networkNamespaceCommand } from "../container/container-process";
import { DurableRecords } from "../durable-records";
import type { PendingFaults } from "../fault-injection";
import { parseS3Uri, type S3Objects } from "../s3/s3-objects";
import { afterHostLoss, failedByPlatform } from "./job-outcome";
import type { StateChangeEvents } from "./state-change-events";
import {
  describeTrainingJob,
  isFinal,
  newTrainingJob,
  summarizeTrainingJob,
  type TrainingJob,
  trainingJob,
} from "./training-job";
import { parseTrainingJobRequest, type TrainingJobRequest } from "./training-job-request";
import { TrainingRun } from "./training-run";

const named = z.object({ TrainingJobName: z.string() });

/** The training jobs of this server: their table, their operations, and the runs of those that have not ended. */
export class TrainingJobs {
  private readonly config: LocalSageMakerConfig;
  private readonly s3: S3Objects;
  private readonly events: StateChangeEvents;
  private readonly faults: PendingFaults;
  private readonly tags: Tags;
  private readonly table: DurableRecords<typeof trainingJob>;
  private readonly runs = new Map<string, TrainingRun>();
  /** Names of jobs whose creation is still being checked against S3. */
  private readonly beingCreated = new Set<string>();
  private readonly namespaceCommand: readonly string[] | undefined;
  private readonly runsDirectory: string;
  private readonly logsDirectory: string;

  constructor(params: {
    readonly config: LocalSageMakerConfig;
    readonly s3: S3Objects;
    readonly events: StateChangeEvents;
    readonly faults: PendingFaults;
    readonly tags: Tags;
  }) {
    const { config } = params;
    this.config = config;
    this.s3 = params.s3;
    this.events = params.events;
    this.faults = params.faults;
    this.tags = params.tags;
    this.runsDirectory = join(config.stateDirectory, "training-runs");
    this.logsDirectory = join(config.stateDirectory, "logs", "training-jobs");
    this.namespaceCommand = config.networkNamespaces ? networkNamespaceCommand() : undefined;
    this.table = new DurableRecords({ directory: join(config.stateDirectory, "training-jobs"), schema: trainingJob });
  }

  /** Ends the containers that an earlier server left running, so that none meets its successor. */
  async endLeftBehind(): Promise<void> {
    const left = this.table.list().flatMap((job) => job.process ?? []);
    await Promise.all(left.map(endRecordedProcess));
  }

  /** Settles the jobs that an earlier server left behind, or begins them again. Call it after {@link endLeftBehind}. */
  recover(): void {
    rmSync(this.runsDirectory, { recursive: true, force: true });
    mkdirSync(this.runsDirectory, { recursive: true });
    for (const job of this.table.list()) {
      if (isFinal(job)) continue;
      const next = afterHostLoss(job, "The local SageMaker server ended while the training job was running.");
      this.save(next);
      if (!isFinal(next)) this.start(next);
    }
  }

  async create(body: RequestBody): Promise<Record<string, unknown>> {
    const request = parseTrainingJobRequest(body);
    const name = request.TrainingJobName;
    const entryPoint = this.config.images[request.AlgorithmSpecification.TrainingImage]?.train;
    if (entryPoint === undefined) {
      throw validationException(
        "Invalid training image. The local SageMaker server maps only these images to training entry points: " +
          (this.imageList("train") || "none"),
      );
    }
    Tags.check(request.Tags ?? []);
    this.refuseTakenName(name);
    if (this.faults.take("resourceLimitExceeded") !== undefined) {
      throw resourceLimitExceeded({
        limit: `${request.ResourceConfig.InstanceType} for training job usage`,
        quota: this.runs.size,
        used: this.runs.size,
        requested: request.ResourceConfig.InstanceCount,
      });
    }
    this.beingCreated.add(name);
    try {
      await this.requireInput(request);
      const job = newTrainingJob({ request, arn: this.arn(name), now: Date.now() / 1_000 });
      this.tags.set(job.arn, request.Tags ?? []);
      this.save(job);
      this.start(job);
      return { TrainingJobArn: job.arn };
    } finally {
      this.beingCreated.delete(name);
    }
  }

  describe(body: RequestBody): Record<string, unknown> {
    return describeTrainingJob(this.load(body));
  }

  list(body: RequestBody): Record<string, unknown> {
    for (const member of ["WarmPoolStatusEquals", "TrainingPlanArnEquals"]) {
      if (body[member] !== undefined)
        throw validationException(`${member} is not supported by this local SageMaker server.`);
    }
    const { summaries, nextToken } = listPage({
      operation: "ListTrainingJobs",
      body,
      defaultSortOrder: "Ascending",
      resources: this.table.list().map((job) => ({
        name: job.request.TrainingJobName,
        creationTime: job.creationTime,
        lastModifiedTime: job.lastModifiedTime,
        status: job.status,
        summary: summarizeTrainingJob(job),
      })),
    });
    return { TrainingJobSummaries: summaries, ...(nextToken === undefined ? {} : { NextToken: nextToken }) };
  }

  /** Stops a job. A second call while the job is Stopping changes nothing. */
  stop(body: RequestBody): void {
    const job = this.load(body);
    const run = this.runs.get(job.request.TrainingJobName);
    if (isFinal(job) || run === undefined) {
      throw validationException(`The request was rejected because the training job is in status ${job.status}.`);
    }
    run.requestStop("user");
  }

  remove(body: RequestBody): void {
    const job = this.load(body);
    if (!isFinal(job)) {
      throw resourceInUse(`The training job ${job.arn} cannot be deleted because it is in status ${job.status}.`);
    }
    const name = job.request.TrainingJobName;
    this.tags.remove(job.arn);
    this.table.remove(name);
    rmSync(this.logFile(name), { force: true });
  }

  exists(arn: string): boolean {
    return this.table.list().some((job) => job.arn === arn);
  }

  /**
   * Takes the machine of a spot job away.
   * @returns true if there was one to take
   */
  interrupt(name: string, graceSeconds: number): boolean {
    return this.runs.get(name)?.interrupt(graceSeconds) ?? false;
  }

  async shutDown(): Promise<void> {
    await Promise.all(
      [...this.runs.values()].map(async (run) => {
        await run.shutDown();
      }),
    );
  }

  private start(job: TrainingJob): void {
    const name = job.request.TrainingJobName;
    const image = job.request.AlgorithmSpecification.TrainingImage;
    const entryPoint = this.config.images[image]?.train;
    if (entryPoint === undefined) {
      // The server was started again with another list of images.
      this.save(failedByPlatform(job, `The image ${image} is not known to this server any more.`));
      return;
    }
    const run = new TrainingRun({
      job,
      save: (changed) => {
        this.save(changed);
      },
      entryPoint,
      config: this.config,
      s3: this.s3,
      faults: this.faults,
      // The folder's name is more than the job's name, because a job's folders may still be being removed when its name
      // is used again.
      directory: join(this.runsDirectory, `${name}.${randomUUID()}`),
      logFile: this.logFile(name),
      namespaceCommand: this.namespaceCommand,
    });
    this.runs.set(name, run);
    void run.finished.then(() => {
      if (this.runs.get(name) === run) this.runs.delete(name);
    });
  }

  private save(job: TrainingJob): void {
    const name = job.request.TrainingJobName;
    const before = this.table.get(name);
    this.table.put(name, job);
    const isNews = before?.status !== job.status || before.secondaryStatus !== job.secondaryStatus;
    if (isNews) this.events.publish(job);
  }

  private load(body: RequestBody): TrainingJob {
    const job = this.table.get(named.parse(body).TrainingJobName);
    if (job === undefined) throw validationException("Requested resource not found.");
    return job;
  }

  private refuseTakenName(name: string): void {
    if (this.table.get(name) === undefined && !this.beingCreated.has(name)) return;
    throw resourceInUse(
      "Training job names must be unique within an AWS account and region, and a training job with this name already " +
        `exists (${this.arn(name)})`,
    );
  }

  private async requireInput(request: TrainingJobRequest): Promise<void> {
    for (const channel of request.InputDataConfig ?? []) {
      const { S3Uri } = channel.DataSource.S3DataSource;
      const location = parseS3Uri(S3Uri);
      const found =
        location === undefined
          ? []
          : await this.s3.list(location, { max: 1 }).catch((error: unknown) => {
              if (errorName(error) === "NoSuchBucket") return [];
              throw new Error(`S3 could not be asked for ${S3Uri}: ${errorText(error)}`, { cause: error });
            });
      if (found.length > 0) continue;
      throw validationException(
        `No S3 objects found under S3 URL "${S3Uri}" given in input data source. Please ensure that the bucket exists ` +
          `in the selected region (${this.config.region}), that objects exist under that S3 prefix, and that the role ` +
          `"${request.RoleArn}" has "s3:ListBucket" permissions on bucket "${location?.bucket ?? ""}".`,
      );
    }
  }

  private imageList(kind: "train" | "serve"): string {
    return Object.entries(this.config.images)
      .filter(([, image]) => image[kind] !== undefined)
      .map(([uri]) => uri)
      .join(", ");
  }

  private arn(name: string): string {
    return `arn:aws:sagemaker:${this.config.region}:${this.config.accountId}:training-job/${name}`;
  }

  private logFile(name: string): string {
    return join(this.logsDirectory, `${name}.log`);
  }
}

function errorName(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}
