import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../api/service-error";
import type { EntryPoint, LocalSageMakerConfig } from "../config";
import { appendPlatformLine } from "../container/container-log";
import type { PendingFaults, SlowPhase } from "../fault-injection";
import { CheckpointSync } from "../s3/checkpoint-sync";
import { asFolder, type S3Objects } from "../s3/s3-objects";
import { failureReason, makeTrainingFolders, type TrainingFolders, trainingFolders } from "./folder-contract";
import { downloadInputChannels, requireS3Uri } from "./input-channels";
import { JobFaults } from "./job-faults";
import { afterHostLoss, ended, hasRetry, retried } from "./job-outcome";
import { uploadResults } from "./result-upload";
import { now, startTimeLimit } from "./time-limits";
import { algorithmFailure, TrainingContainer } from "./training-container";
import { failureReasonOf, HostLost } from "./training-failure";
import { advance, isFinal, type SecondaryStatus, type StopReason, type TrainingJob } from "./training-job";
import { defaultMaxRuntimeSeconds, type TrainingJobRequest } from "./training-job-request";

export interface TrainingRunParams {
  readonly job: TrainingJob;
  /** Called with every change, before anything else depends on it. */
  readonly save: (job: TrainingJob) => void;
  readonly entryPoint: EntryPoint;
  readonly config: LocalSageMakerConfig;
  readonly s3: S3Objects;
  readonly faults: PendingFaults;
  /** The directory of the job's folders, which are gone when the job has ended. */
  readonly directory: string;
  readonly logFile: string;
  readonly namespaceCommand: readonly string[] | undefined;
}

/** Seconds for which a container may go on when this server is told to end. */
const shutDownGraceSeconds = 4;
const shutDownSyncSeconds = 2;

/**
 * One training job from Starting to its end: its phases in their order. This object is the only owner of the job's
 * state: stops, time limits, exits and interruptions are all reported to it, and {@link ended} alone decides what the
 * job ends as.
 */
export class TrainingRun {
  /** Resolves when the job has reached its end, or was left for the next server. Never rejects. */
  readonly finished: Promise<void>;
  private readonly params: TrainingRunParams;
  private readonly folders: TrainingFolders;
  private readonly faults: JobFaults;
  private current: TrainingJob;
  /** Aborted by everything that ends the job early. Waits and downloads listen to it. */
  private readonly ending = new AbortController();
  private hostLost = false;
  private interrupted = false;
  private failure: string | undefined;
  private container: TrainingContainer | undefined;

  constructor(params: TrainingRunParams) {
    this.params = params;
    this.current = params.job;
    this.folders = trainingFolders(params.directory, params.job.request);
    this.faults = new JobFaults(params.faults, params.job.request.TrainingJobName);
    this.finished = this.run();
  }

  get job(): TrainingJob {
    return this.current;
  }

  /** Begins to end the job. Its first reason stays, and a job that has ended is not affected. */
  requestStop(reason: StopReason): void {
    if (isFinal(this.current) || this.current.stopReason !== undefined) return;
    this.save({
      ...advance(this.current, { to: "Stopping", status: "Stopping", now: now() }),
      stopReason: reason,
    });
    this.ending.abort();
    this.container?.end(this.params.config.stopGraceSeconds);
  }

  /**
   * Takes the machine of a spot job away.
   * @returns true if there was one to take
   */
  interrupt(graceSeconds: number): boolean {
    const isSpot = this.request.EnableManagedSpotTraining === true;
    if (!isSpot || this.container === undefined || this.current.secondaryStatus !== "Training") return false;
    this.interrupted = true;
    this.container.end(graceSeconds);
    return true;
  }

  /** Ends the job's processes because this server ends. The job is then left for the next server, or Failed. */
  async shutDown(): Promise<void> {
    this.hostLost = true;
    this.ending.abort();
    this.container?.end(Math.min(shutDownGraceSeconds, this.params.config.stopGraceSeconds));
    await this.finished;
  }

  private get request(): TrainingJobRequest {
    return this.current.request;
  }

  private async run(): Promise<void> {
    // The response to CreateTrainingJob is sent first, then the work begins.
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
        // A stop ends waits and downloads by an error of its own. That error is not the job's failure.
        if (this.current.stopReason === undefined) this.failure ??= failureReasonOf(error);
        this.settle();
      }
    } finally {
      clearTimeout(waitLimit);
      await rm(this.params.directory, { recursive: true, force: true });
    }
  }

  private startWaitLimit(): NodeJS.Timeout | undefined {
    const maxWait = this.request.StoppingCondition?.MaxWaitTimeInSeconds;
    if (maxWait === undefined || this.request.EnableManagedSpotTraining !== true) return undefined;
    return startTimeLimit(this.current.creationTime + maxWait - now(), () => {
      this.requestStop("maxWait");
    });
  }

  /** Waits for a machine. A job that lost one (to the spot market, or with an earlier server) waits anew. */
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
    const slow = this.faults.takeSlowPhase("Pending");
    if (slow === undefined) return;
    this.goOnUnlessEnding();
    this.step("Pending");
    await this.wait(slow.seconds);
  }

  /**
   * Meets the faults of the job's start.
   * @returns true if the platform failed and the job has one more attempt
   * @throws ReasonedFailure for a fault that ends the job
   */
  private startFails(): boolean {
    // Such a fault affects only a job's first machine: a spot job that has lost one waits for the next as long as it
    // may.
    if (this.current.trainingStartTime !== undefined) return false;
    this.faults.meetCapacityError();
    if (!this.faults.meetInternalServerError({ hasRetry: hasRetry(this.current) })) return false;
    this.save(retried(this.current));
    return true;
  }

  private async download(): Promise<void> {
    this.goOnUnlessEnding();
    this.step("Downloading");
    if (this.current.trainingStartTime === undefined) this.save({ ...this.current, trainingStartTime: now() });
    await makeTrainingFolders(this.folders, this.request);
    await this.lingerFor("Downloading");
    const { request, folders } = this;
    await downloadInputChannels({ request, folders, s3: this.params.s3, signal: this.ending.signal });
  }

  private async train(): Promise<void> {
    const sync = this.checkpointSync();
    await sync?.pull(this.ending.signal);
    this.goOnUnlessEnding();

    const container = new TrainingContainer({ ...this.params, job: this.current, folders: this.folders });
    this.container = container;
    const { startedAt, identity } = container;
    this.save({
      ...advance(this.current, { to: "Training", now: startedAt }),
      ...(identity === undefined ? {} : { process: identity }),
    });
    sync?.start(this.params.config.checkpointSyncSeconds);
    const maxRuntime = this.request.StoppingCondition?.MaxRuntimeInSeconds ?? defaultMaxRuntimeSeconds;
    const runLimit = startTimeLimit(maxRuntime - this.current.runSeconds, () => {
      this.requestStop("maxRuntime");
    });

    const { exit, seconds, metrics } = await container.ended;
    // Nothing can change how the algorithm ended from here on: a stop that comes now finds no container.
    this.container = undefined;
    clearTimeout(runLimit);
    const { process: _ended, ...job } = this.current;
    this.save({
      ...job,
      runSeconds: job.runSeconds + seconds,
      finalMetrics: mergeMetrics(job.finalMetrics, metrics),
    });
    const endedByItself = !this.interrupted && !this.hostLost && this.current.stopReason === undefined;
    // The failure of an earlier machine of a spot job stays.
    if (endedByItself) this.failure = (await algorithmFailure(exit, this.folders)) ?? this.failure;
    await this.finishSync(sync);
    if (this.hostLost) throw new HostLost();
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
        sleep(shutDownSyncSeconds * 1_000, "it took too long", { ref: false }),
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
    // Results are uploaded even if the job is to stop meanwhile. Only the loss of the machine prevents that.
    await this.lingerFor("Uploading").catch(() => undefined);
    try {
      this.faults.meetUploadFailure();
      const { s3, directory } = this.params;
      await uploadResults({ request: this.request, folders: this.folders, directory, s3 });
    } catch (error) {
      appendPlatformLine(this.params.logFile, `upload of the results: ${errorText(error)}`);
      this.failure ??= failureReason({ kind: "ClientError", text: `Artifact upload failed: ${errorText(error)}` });
    }
    if (this.hostLost) throw new HostLost();
  }

  private async lingerFor(phase: SlowPhase): Promise<void> {
    const slow = this.faults.takeSlowPhase(phase);
    if (slow !== undefined) await this.wait(slow.seconds);
  }

  /** Waits. It ends early, with an error, when the job is being ended. */
  private async wait(seconds: number): Promise<void> {
    await sleep(seconds * 1_000, undefined, { signal: this.ending.signal });
  }

  private settle(): void {
    this.save(ended(this.current, this.failure));
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

function mergeMetrics(
  before: TrainingJob["finalMetrics"],
  latest: TrainingJob["finalMetrics"],
): TrainingJob["finalMetrics"] {
  return [...new Map([...before, ...latest].map((metric) => [metric.MetricName, metric])).values()];
}
