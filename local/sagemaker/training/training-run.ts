import { rm } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import pMap from "p-map";
import { z } from "zod";

import { CheckpointSync } from "../s3/checkpoint-sync";
import type { EntryPoint, LocalSageMakerConfig } from "../config";
import { ContainerLog, appendPlatformLine } from "../container/container-log";
import { type ContainerExit, type ContainerProcess, startContainer } from "../container/container-process";
import type { PendingFaults, SlowPhase } from "../fault-injection";
import {
  type TrainingFolders,
  failureReason,
  makeTrainingFolders,
  readFailure,
  trainingFolders,
} from "./folder-contract";
import { packFolder } from "../s3/model-archive";
import {
  type S3Location,
  type S3Objects,
  asFolder,
  checkedRelativePath,
  parallelTransfers,
  parseS3Uri,
  pathBelowPrefix,
} from "../s3/s3-objects";
import { errorText } from "../api/service-error";
import {
  STOPPED_AS,
  type SecondaryStatus,
  type StopReason,
  type TrainingJob,
  advance,
  isFinal,
  isWaitingForMachine,
  outputLocations,
} from "./training-job";
import { DEFAULT_MAX_RUNTIME_SECONDS, type TrainingJobRequest } from "./training-job-request";

export interface TrainingRunParams {
  readonly job: TrainingJob;
  /** Called with every change, before anything is built upon it. */
  readonly save: (job: TrainingJob) => void;
  readonly entryPoint: EntryPoint;
  readonly config: LocalSageMakerConfig;
  readonly s3: S3Objects;
  readonly faults: PendingFaults;
  /** For the job's folders, which are gone when it has ended. */
  readonly directory: string;
  readonly logFile: string;
  readonly namespaceCommand: readonly string[] | undefined;
}

/** How long a container may go on when this server is told to end. */
const SHUT_DOWN_GRACE_SECONDS = 4;
const SHUT_DOWN_SYNC_SECONDS = 2;
/** What `setTimeout` can hold (24.8 days); longer limits are beyond any life of this server. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

const manifestFile = z.tuple([z.object({ prefix: z.string() })], z.string());

/** The machine under the job is gone: not an outcome of the job itself. */
class HostLost extends Error {}

/** A failure that the job's owner has to see in FailureReason as ClientError. */
class ClientFault extends Error {}

/**
 * One training job from Starting to its end. This object is the only owner of the job's state: a stop, a time limit, an
 * exit and an interruption are all reported to it, and `settle` alone decides what the job ends as. A job whose stop was
 * accepted ends Stopped, whatever its container's exit status is (a race that lost Stopped to an exit code is known from
 * another emulator, GH:floci-io/floci#1949).
 */
export class TrainingRun {
  /** Settles when the job has reached its end, or was left for the next server. Never rejects. */
  readonly finished: Promise<void>;
  private readonly params: TrainingRunParams;
  private readonly folders: TrainingFolders;
  private current: TrainingJob;
  /** Aborted by whatever ends the job early: waits and downloads listen. */
  private readonly ending = new AbortController();
  private hostLost = false;
  private interrupted = false;
  private failure: string | undefined;
  private container: ContainerProcess | undefined;
  private killTimer: NodeJS.Timeout | undefined;

  constructor(params: TrainingRunParams) {
    this.params = params;
    this.current = params.job;
    this.folders = trainingFolders(params.directory, params.job.request);
    this.finished = this.run();
  }

  get job(): TrainingJob {
    return this.current;
  }

  /** Begins to end the job; its first reason stays. Without effect on one that has ended. */
  requestStop(reason: StopReason): void {
    if (isFinal(this.current) || this.current.stopReason !== undefined) return;
    this.save({
      ...advance(this.current, { to: "Stopping", status: "Stopping", now: now() }),
      stopReason: reason,
    });
    this.ending.abort();
    this.endContainer(this.params.config.stopGraceSeconds);
  }

  /**
   * Takes the machine of a spot job away.
   *
   * @returns whether there was one to take
   */
  interrupt(graceSeconds: number): boolean {
    const isSpot = this.request.EnableManagedSpotTraining === true;
    if (!isSpot || this.container === undefined || this.current.secondaryStatus !== "Training") return false;
    this.interrupted = true;
    this.endContainer(graceSeconds);
    return true;
  }

  /** Ends the job's processes because this server ends; the job is then for the next server, or Failed. */
  async shutDown(): Promise<void> {
    this.hostLost = true;
    this.ending.abort();
    this.endContainer(Math.min(SHUT_DOWN_GRACE_SECONDS, this.params.config.stopGraceSeconds));
    await this.finished;
  }

  private get request(): TrainingJobRequest {
    return this.current.request;
  }

  private async run(): Promise<void> {
    // First the answer to CreateTrainingJob, then the work.
    await sleep(0);
    const waitLimit = this.startWaitLimit();
    try {
      do {
        this.interrupted = false;
        await this.provision();
        await this.download();
        await this.train();
      } while (this.isToResume());
      await this.upload();
      this.settle();
    } catch (error) {
      if (this.hostLost) this.leaveToNextServer();
      else {
        // A stop ends waits and downloads by an error of their own; that is not the job's.
        if (this.current.stopReason === undefined) this.failure ??= reasonOf(error);
        this.settle();
      }
    } finally {
      clearTimeout(waitLimit);
      clearTimeout(this.killTimer);
      await rm(this.params.directory, { recursive: true, force: true });
    }
  }

  private startWaitLimit(): NodeJS.Timeout | undefined {
    const maxWait = this.request.StoppingCondition?.MaxWaitTimeInSeconds;
    if (maxWait === undefined || this.request.EnableManagedSpotTraining !== true) return undefined;
    return setTimeout(
      () => {
        this.requestStop("maxWait");
      },
      timerMilliseconds(this.current.creationTime + maxWait - now()),
    );
  }

  /** Waits for a machine; a job that lost one (to the spot market, or with an earlier server) waits anew. */
  private async provision(): Promise<void> {
    for (;;) {
      const { secondaryStatus } = this.current;
      if (secondaryStatus === "Interrupted" || secondaryStatus === "Restarting") {
        await this.lingerFor(secondaryStatus);
        this.goOnUnlessEnding();
        if (secondaryStatus === "Interrupted") this.step("Starting");
      }
      await this.lingerFor("Starting");
      await this.pend();
      this.goOnUnlessEnding();
      if (!this.startFails()) return;
    }
  }

  private async pend(): Promise<void> {
    const slow = this.takeSlowPhase("Pending");
    if (slow === undefined) return;
    this.goOnUnlessEnding();
    this.step("Pending");
    await this.wait(slow.seconds);
  }

  /**
   * @returns whether the platform failed and the job has one more attempt
   * @throws ReasonedFailure for a fault that ends the job
   */
  private startFails(): boolean {
    // A fault is for a job's first machine: a spot job that has lost one waits for the next as long as it may.
    if (this.current.trainingStartTime !== undefined) return false;
    if (this.params.faults.take("capacityError") !== undefined) {
      throw new ReasonedFailure(
        failureReason({
          kind: "CapacityError",
          text:
            "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry " +
            "using a different ML instance type or after some time.",
        }),
      );
    }
    const name = this.request.TrainingJobName;
    if (!this.params.faults.take("internalServerError", ({ jobName }) => jobName === undefined || jobName === name)) {
      return false;
    }
    if (!hasRetry(this.current)) {
      throw new ReasonedFailure(
        failureReason({ kind: "InternalServerError", text: "We encountered an internal error. Please try again." }),
      );
    }
    this.save(retried(this.current));
    return true;
  }

  private async download(): Promise<void> {
    this.goOnUnlessEnding();
    this.step("Downloading");
    if (this.current.trainingStartTime === undefined) this.save({ ...this.current, trainingStartTime: now() });
    await makeTrainingFolders(this.folders, this.request);
    await this.lingerFor("Downloading");
    for (const channel of this.request.InputDataConfig ?? []) {
      const { S3DataType, S3Uri } = channel.DataSource.S3DataSource;
      const location = requireS3Uri(S3Uri);
      const files =
        S3DataType === "ManifestFile" ? await this.manifestFiles(location) : await this.prefixFiles(location, S3Uri);
      await pMap(
        files,
        async ({ from, path }) => {
          await this.params.s3
            .downloadFile(from, join(this.folders.channel(channel.ChannelName), path), this.ending.signal)
            .catch((cause: unknown) => {
              throw new ClientFault(`Data download failed: s3://${from.bucket}/${from.key}: ${errorText(cause)}`, {
                cause,
              });
            });
        },
        parallelTransfers,
      );
    }
  }

  private async prefixFiles(location: S3Location, uri: string): Promise<{ from: S3Location; path: string }[]> {
    const objects = await this.params.s3.list(location, { signal: this.ending.signal });
    if (objects.length === 0) throw new ClientFault(`Data download failed: no S3 objects found under S3 URL "${uri}"`);
    return objects.flatMap((object) => {
      try {
        const path = pathBelowPrefix(object.key, location.key);
        return path === undefined ? [] : [{ from: object, path }];
      } catch (error) {
        throw new ClientFault(`Data download failed: ${errorText(error)}`, { cause: error });
      }
    });
  }

  private async manifestFiles(location: S3Location): Promise<{ from: S3Location; path: string }[]> {
    try {
      const content: unknown = JSON.parse(await this.params.s3.readText(location));
      const [{ prefix }, ...paths] = manifestFile.parse(content);
      const base = requireS3Uri(prefix);
      return paths.map((path) => ({
        from: { bucket: base.bucket, key: `${asFolder(base.key)}${path}` },
        path: checkedRelativePath(path),
      }));
    } catch (cause) {
      throw new ClientFault(
        `Data download failed: the manifest s3://${location.bucket}/${location.key} is not usable: ${errorText(cause)}`,
        { cause },
      );
    }
  }

  private async train(): Promise<void> {
    const sync = this.checkpointSync();
    await sync?.pull(this.ending.signal);
    this.goOnUnlessEnding();

    const { AlgorithmSpecification: algorithm, StoppingCondition: limits } = this.request;
    const log = new ContainerLog({
      file: this.params.logFile,
      metricDefinitions: algorithm.MetricDefinitions ?? [],
    });
    const startedAt = now();
    const isolated = this.request.EnableNetworkIsolation === true;
    const container = startContainer({
      command: this.params.entryPoint.command,
      environment: this.environment(),
      workingDirectory: this.folders.root,
      onOutput: log.write,
      ...(isolated && this.params.namespaceCommand !== undefined
        ? { namespaceCommand: this.params.namespaceCommand }
        : {}),
    });
    this.container = container;
    this.save({
      ...advance(this.current, { to: "Training", now: startedAt }),
      ...(container.identity === undefined ? {} : { process: container.identity }),
    });
    sync?.start(this.params.config.checkpointSyncSeconds);
    const maxRuntime = limits?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
    const runLimit = setTimeout(
      () => {
        this.requestStop("maxRuntime");
      },
      timerMilliseconds(maxRuntime - this.current.runSeconds),
    );

    const exit = await container.exited;
    // From here on nothing can change how the algorithm ended: a stop that comes now finds no container.
    this.container = undefined;
    clearTimeout(runLimit);
    clearTimeout(this.killTimer);
    const { process: _ended, ...job } = this.current;
    this.save({
      ...job,
      runSeconds: job.runSeconds + (now() - startedAt),
      finalMetrics: mergeMetrics(job.finalMetrics, log.close()),
    });
    if (!this.interrupted && !this.hostLost) await this.judgeExit(exit);
    await this.finishSync(sync);
    if (this.hostLost) throw new HostLost();
  }

  private async judgeExit(exit: ContainerExit): Promise<void> {
    if (exit.code === 0 || this.current.stopReason !== undefined) return;
    if (exit.startError !== undefined) {
      this.failure = failureReason({
        kind: "AlgorithmError",
        text: `the container could not be started: ${exit.startError}`,
      });
      return;
    }
    // A shell's number for a death by signal, which is what Docker and the service show.
    const exitCode = exit.code ?? 128 + (exit.signal === null ? 0 : signalNumber(exit.signal));
    const killed = exit.signal === null ? "" : `the training process was killed by ${exit.signal}`;
    const said = await readFailure(this.folders);
    const text = [said, killed].filter((part) => part !== undefined && part !== "").join("; ");
    this.failure = failureReason({
      kind: "AlgorithmError",
      text: text === "" ? "the training process ended without a failure file; see its log" : text,
      suffix: `, exit code: ${exitCode}`,
    });
  }

  private async finishSync(sync: CheckpointSync | undefined): Promise<void> {
    if (sync === undefined) return;
    const finished = sync.finish();
    if (this.hostLost) {
      const outcome = await Promise.race([
        finished.then(
          () => "done",
          (error: unknown) => errorText(error),
        ),
        sleep(SHUT_DOWN_SYNC_SECONDS * 1_000, "it took too long", { ref: false }),
      ]);
      if (outcome !== "done") appendPlatformLine(this.params.logFile, `last checkpoint sync: ${outcome}`);
      return;
    }
    await finished.catch((error: unknown) => {
      this.failure ??= failureReason({ kind: "ClientError", text: `Checkpoint upload failed: ${errorText(error)}` });
      appendPlatformLine(this.params.logFile, `last checkpoint sync: ${errorText(error)}`);
    });
  }

  private isToResume(): boolean {
    if (!this.interrupted || this.current.stopReason !== undefined) return false;
    this.step("Interrupted");
    return true;
  }

  private async upload(): Promise<void> {
    this.step("Uploading");
    // Results are uploaded whatever the job is asked meanwhile: only the loss of the machine ends that.
    await this.lingerFor("Uploading").catch(() => undefined);
    try {
      if (this.takeUploadFault()) throw new Error("injected by fault injection");
      const { s3, directory } = this.params;
      const { bucket, modelKey, dataKey, compressed } = outputLocations(this.request);
      for (const [folder, key, archive] of [
        [this.folders.model, modelKey, "model.tar.gz"],
        [this.folders.outputData, dataKey, "output.tar.gz"],
      ] as const) {
        if (!compressed) {
          await s3.uploadFolder(folder, { bucket, key: `${key}/` });
          continue;
        }
        const packed = join(directory, archive);
        if ((await packFolder(folder, packed)) > 0) await s3.uploadFile({ bucket, key }, packed);
      }
    } catch (error) {
      appendPlatformLine(this.params.logFile, `upload of the results: ${errorText(error)}`);
      this.failure ??= failureReason({ kind: "ClientError", text: `Artifact upload failed: ${errorText(error)}` });
    }
    if (this.hostLost) throw new HostLost();
  }

  private async lingerFor(phase: SlowPhase): Promise<void> {
    const slow = this.takeSlowPhase(phase);
    if (slow !== undefined) await this.wait(slow.seconds);
  }

  private takeSlowPhase(phase: SlowPhase): { readonly seconds: number } | undefined {
    const name = this.request.TrainingJobName;
    return this.params.faults.take(
      "slowPhase",
      (candidate) => candidate.phase === phase && (candidate.jobName === undefined || candidate.jobName === name),
    );
  }

  /** Ends early, with an error, when the job is being ended. */
  private async wait(seconds: number): Promise<void> {
    await sleep(seconds * 1_000, undefined, { signal: this.ending.signal });
  }

  private takeUploadFault(): boolean {
    const name = this.request.TrainingJobName;
    const fault = this.params.faults.take("uploadFailure", ({ jobName }) => jobName === undefined || jobName === name);
    return fault !== undefined;
  }

  /** The one place where a job's end is decided. */
  private settle(): void {
    const job = withEndTime(this.current);
    const { stopReason } = job;
    if (stopReason !== undefined) {
      this.save(advance(job, { to: STOPPED_AS[stopReason], status: "Stopped", now: now() }));
    } else if (this.failure !== undefined) {
      this.save({
        ...advance(job, { to: "Failed", status: "Failed", now: now() }),
        failureReason: this.failure,
      });
    } else {
      this.save(advance(job, { to: "Completed", status: "Completed", now: now() }));
    }
  }

  private leaveToNextServer(): void {
    this.save(
      afterHostLoss(this.current, "The local SageMaker server was stopped while the training job was running."),
    );
  }

  private checkpointSync(): CheckpointSync | undefined {
    const { CheckpointConfig: checkpoints } = this.request;
    if (checkpoints === undefined) return undefined;
    const { bucket, key } = requireS3Uri(checkpoints.S3Uri);
    return new CheckpointSync({
      s3: this.params.s3,
      folder: this.folders.checkpoints,
      remote: { bucket, key: asFolder(key) },
      onError: (error) => {
        appendPlatformLine(this.params.logFile, `checkpoint sync, will be tried again: ${errorText(error)}`);
      },
    });
  }

  private environment(): Record<string, string> {
    const { config, entryPoint } = this.params;
    const isolated = this.request.EnableNetworkIsolation === true;
    const given: Record<string, string> = {
      AWS_REGION: config.region,
      AWS_ACCESS_KEY_ID: config.aws.accessKeyId,
      AWS_SECRET_ACCESS_KEY: config.aws.secretAccessKey,
      AWS_ENDPOINT_URL: config.aws.endpointUrl,
      ...entryPoint.environment,
    };
    const visible = Object.entries(given).filter(([name]) => !isolated || !name.startsWith("AWS_"));
    return {
      HOME: this.folders.scratch,
      TMPDIR: this.folders.scratch,
      ...Object.fromEntries(visible),
      ...this.request.Environment,
      PATH: entryPoint.environment["PATH"] ?? process.env["PATH"] ?? "/usr/bin:/bin",
      TRAINING_JOB_NAME: this.request.TrainingJobName,
      TRAINING_JOB_ARN: this.current.arn,
      SAGEMAKER_BASE_DIR: this.folders.root,
    };
  }

  private endContainer(graceSeconds: number): void {
    const { container } = this;
    if (container === undefined) return;
    container.terminate();
    clearTimeout(this.killTimer);
    this.killTimer = setTimeout(container.kill, graceSeconds * 1_000);
  }

  private goOnUnlessEnding(): void {
    if (this.hostLost) throw new HostLost();
    if (this.ending.signal.aborted) throw new Error("the job is being stopped");
  }

  private step(to: SecondaryStatus): void {
    this.save(advance(this.current, { to, now: now() }));
  }

  private save(job: TrainingJob): void {
    this.current = job;
    this.params.save(job);
  }
}

/** A failure whose FailureReason is complete. */
class ReasonedFailure extends Error {}

/**
 * The job after this server, and with it the job's machine, was lost: Stopped when it was being stopped; as it was when it
 * had no machine; Interrupted when it was a spot job; begun again while RetryStrategy permits (it retries this class of
 * failure alone); else Failed with InternalServerError.
 */
export function afterHostLoss(lost: TrainingJob, text: string): TrainingJob {
  const { process: _lost, ...job } = lost;
  if (job.stopReason !== undefined) {
    return advance(withEndTime(job), { to: STOPPED_AS[job.stopReason], status: "Stopped", now: now() });
  }
  if (isWaitingForMachine(job)) return job;
  if (job.request.EnableManagedSpotTraining === true) return advance(job, { to: "Interrupted", now: now() });
  if (hasRetry(job)) return retried(job);
  return failedByPlatform(job, text);
}

/** The job as a fault of the platform ends it that nothing makes good. */
export function failedByPlatform(job: TrainingJob, text: string): TrainingJob {
  return {
    ...advance(withEndTime(job), { to: "Failed", status: "Failed", now: now() }),
    failureReason: failureReason({ kind: "InternalServerError", text }),
  };
}

function hasRetry(job: TrainingJob): boolean {
  return job.retries < (job.request.RetryStrategy?.MaximumRetryAttempts ?? 0);
}

function retried(job: TrainingJob): TrainingJob {
  return { ...advance(job, { to: "Restarting", now: now() }), retries: job.retries + 1 };
}

function withEndTime(job: TrainingJob): TrainingJob {
  return job.trainingStartTime === undefined ? job : { ...job, trainingEndTime: Math.max(now(), job.lastModifiedTime) };
}

function reasonOf(error: unknown): string {
  if (error instanceof ReasonedFailure) return error.message;
  if (error instanceof ClientFault) return failureReason({ kind: "ClientError", text: error.message });
  return failureReason({ kind: "InternalServerError", text: errorText(error) });
}

function requireS3Uri(uri: string): S3Location {
  const location = parseS3Uri(uri);
  if (location === undefined) throw new ClientFault(`'${uri}' is not of the form s3://bucket/key`);
  return location;
}

function mergeMetrics(
  before: TrainingJob["finalMetrics"],
  latest: TrainingJob["finalMetrics"],
): TrainingJob["finalMetrics"] {
  return [...new Map([...before, ...latest].map((metric) => [metric.MetricName, metric])).values()];
}

function signalNumber(signal: NodeJS.Signals): number {
  return constants.signals[signal];
}

function timerMilliseconds(seconds: number): number {
  return Math.min(Math.max(0, seconds * 1_000), LONGEST_TIMER_MILLISECONDS);
}

function now(): number {
  return Date.now() / 1_000;
}
