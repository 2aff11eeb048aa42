import type { Failure } from "../../domain/schemas/failure";
import { withAdvice } from "../../domain/states/failures";
import { interpretTrainingJob, mayStillRun, type TrainingEnding } from "../../domain/states/sagemaker-status";
import type { FinalTrainingJobState } from "../../domain/states/training-job-state";
import { endOfJob, type JobEnd } from "../../domain/training/job-end";
import type { TrainingProgress } from "../../domain/training/progress";
import {
  checkpointsPrefix,
  parseSampleFile,
  progressFile,
  referenceFile,
  sampleFile,
  samplesFolder,
  trainingJobPrefix,
} from "../../naming/object-keys";
import { endedWorkflowPatienceSeconds } from "../../naming/time-limits";
import type { DescribedTrainingJob, SageMakerJobs } from "../aws/sagemaker-jobs";
import type { TrainingJobItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import type { Slots } from "../stores/slots";
import type { Tickets } from "../stores/tickets";
import type { TrainingJobEnd, TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { copyObjects } from "./copy-objects";
import { metricOfState } from "./final-state-metrics";
import { jittered, type RandomSource } from "./jitter";
import { monitoredData } from "./monitor-training-job";
import { type ClosedJob, openJob } from "./open-job";
import { jobAttempt, type StepInput } from "./step-input";

export interface FinalizeTrainingJobParams {
  readonly input: StepInput;
  /** The failure that the last step reported as an expected outcome. */
  readonly failure?: Failure | undefined;
  /** The failure of a workflow that was ended by an unexpected error, an abort or a time-out. */
  readonly fault?: Failure | undefined;
  /**
   * True if executions of the job were cut off so often that no other one follows. Its owner is told this instead of a
   * fault of the platform, which may only be an effect of the last cut on the SageMaker job.
   */
  readonly isCutOffForGood?: boolean;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "finish">;
  readonly slots: Pick<Slots, "releaseAllOf">;
  readonly tickets: Pick<Tickets, "remove">;
  readonly sageMakerJobs: Pick<SageMakerJobs, "describe" | "stop">;
  readonly work: Pick<ObjectStore, "bucket" | "read" | "list">;
  readonly artifacts: Pick<ObjectStore, "copy">;
  readonly now: () => Date;
  readonly random: RandomSource;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export type FinalizeTrainingJobResult =
  | { readonly outcome: "FINALIZED"; readonly state: FinalTrainingJobState }
  /** SageMaker still works on the job and has been told to stop it. The slot is not free before it has stopped. */
  | { readonly outcome: "WAITING_FOR_STOP"; readonly waitSeconds: number }
  | ClosedJob;

/** Seconds until a job that is to stop is described again. SageMaker gives a container two minutes to save its work. */
const stopWaitSeconds = 5;
/** The maximum number of samples of a job that are kept. No training leaves so many. */
const maxSamples = 10_000;
/**
 * Seconds after the first failed repair of a job during which it is not finalized without its progress and samples:
 * whoever finalizes tries again. Files that cannot be copied after that are given up.
 */
const keepingPatienceSeconds = endedWorkflowPatienceSeconds;
/** The number of tries. A stop request may come between deciding and writing; then the end is decided again. */
const tries = 3;

/**
 * Finalizes a job; nothing else writes the final state of a row that can be read (`endUnread` ends the
 * others). It keeps progress and samples, ends the row (open-work mark and quota in the same transaction), then frees
 * slot and ticket. Every part can be done twice. If the row is already final, only slot and ticket are freed.
 */
export async function finalizeTrainingJob(params: FinalizeTrainingJobParams): Promise<FinalizeTrainingJobResult> {
  const { input, trainingJobs, sageMakerJobs, log } = params;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const opened = await openJob(trainingJobs, input);
    if (opened.outcome !== "OPEN") {
      // A superseded execution frees nothing: slot and ticket have the same job id, and now belong to the next attempt.
      if (opened.outcome !== "SUPERSEDED") await freeSlotAndTicket(params);
      return opened;
    }
    const { job } = opened;
    const described = job.trainingJobName === undefined ? undefined : await sageMakerJobs.describe(job.trainingJobName);
    const meaning = described === undefined ? undefined : interpretTrainingJob(described);
    if (described !== undefined && meaning !== undefined && mayStillRun(meaning)) {
      const isStopping = meaning.kind === "RUNNING" && meaning.state === "STOPPING";
      if (!isStopping) await sageMakerJobs.stop(described.name);
      log.info("waiting for the training job to stop", { trainingJobName: described.name });
      return { outcome: "WAITING_FOR_STOP", waitSeconds: jittered(stopWaitSeconds, params.random) };
    }

    await keepProgressAndSamples(params, job);
    const data = await monitoredData({ ...params, job, described });
    const progress = withoutRemainingTime(data.progress ?? job.progress);
    const end = endOf(params, { ...job, progress, resumable: data.resumable ?? job.resumable }, described);
    const isFinished = await writeEnd(params, { ...end, stopRequested: job.stopRequested }, { ...data, progress });
    if (isFinished) {
      await freeSlotAndTicket(params);
      recordEnd(params, end, data.usage ?? job.usage);
      return { outcome: "FINALIZED", state: end.state };
    }
  }
  throw new Error("the row kept changing while the job was being finalized");
}

/**
 * Ends the row with the observed data or, if that cannot be written, without it.
 * @returns false when the row was changed meanwhile
 */
async function writeEnd(
  { input, trainingJobs, log }: FinalizeTrainingJobParams,
  end: TrainingJobEnd,
  data: Partial<TrainingJobEnd>,
): Promise<boolean> {
  try {
    return isDone(await trainingJobs.finish(jobAttempt(input), { ...data, ...end }));
  } catch (error) {
    log.error("the job could not be ended with what was observed", { jobId: input.jobId, reason: String(error) });
    return isDone(await trainingJobs.finish(jobAttempt(input), end));
  }
}

/** Returns the progress without the remaining time, because nothing remains to be done in a final state. */
const withoutRemainingTime = ({ epoch, epochs, percent }: TrainingProgress): TrainingProgress => ({
  epoch,
  epochs,
  percent,
});

/** Returns how the job ends. */
function endOf(
  { failure, fault, isCutOffForGood = false }: FinalizeTrainingJobParams,
  job: TrainingJobItem,
  described: DescribedTrainingJob | undefined,
): JobEnd {
  const meaning = described === undefined ? undefined : interpretTrainingJob(described);
  const failed = meaning?.kind === "ENDED" && meaning.ending === "FAILED" ? meaning.failure : undefined;
  const hasModel = job.modelId !== undefined;
  const ending: TrainingEnding | undefined = meaning?.kind === "ENDED" ? meaning.ending : undefined;
  // A fault of the workflow stopped a training that might have gone on, so its end counts only if its model is already
  // registered.
  const cutOff = fault !== undefined && failed === undefined && !hasModel;
  return endOfJob({
    ending: cutOff ? undefined : ending,
    hasModel,
    stopRequested: job.stopRequested,
    endedEarly: job.hyperparameters["earlyStopping"] === true && job.progress.epoch < job.progress.epochs,
    failure:
      (isCutOffForGood && failed?.retryable === true ? undefined : failed) ??
      failure ??
      (fault && withAdvice(fault, job)),
  });
}

/**
 * Copies a job's progress and samples to where they are kept, because the checkpoint folder is deleted after some days.
 * @throws Error when a file could not be kept and it is too early to do without it
 */
async function keepProgressAndSamples(
  { work, artifacts, now, log }: FinalizeTrainingJobParams,
  job: TrainingJobItem,
): Promise<void> {
  const faults: string[] = [];
  const from = checkpointsPrefix(job);
  const keep = async (names: readonly string[]): Promise<number> =>
    await copyObjects({
      to: artifacts,
      copies: names.map((name) => ({
        from: { bucket: work.bucket, key: `${from}${name}` },
        to: `${trainingJobPrefix(job)}${name}`,
      })),
      onFault: (error) => faults.push(String(error)),
    });
  let objects = await keep([progressFile, referenceFile]);
  try {
    const names = (await work.list(`${from}${samplesFolder}`, maxSamples)).map(({ key }) => key.slice(from.length));
    objects += await keep(names.filter(isSample));
  } catch (error) {
    faults.push(String(error));
  }
  log.info("progress and samples kept", { objects });
  const [first] = faults;
  if (first === undefined) return;
  const since = job.repairFailedSince;
  if (since === undefined || now().getTime() - Date.parse(since) < keepingPatienceSeconds * 1000) {
    throw new Error(`progress or samples could not be kept yet: ${first}`);
  }
  log.error("the job is finalized without all of its progress and samples", { faults: faults.length, first });
}

/** Returns true for the exact name of a sample, and false for a name that only ends like one. */
function isSample(name: string): boolean {
  const sample = parseSampleFile(name);
  return sample !== undefined && name === sampleFile(sample.epoch, sample.melodyId);
}

async function freeSlotAndTicket({ input, slots, tickets }: FinalizeTrainingJobParams): Promise<void> {
  await slots.releaseAllOf(input.jobId);
  await tickets.remove(input.jobId);
}

/** Records the end in metrics and log. */
function recordEnd({ metrics, log }: FinalizeTrainingJobParams, end: JobEnd, usage: TrainingJobItem["usage"]): void {
  metrics.record(metricOfState[end.state]);
  metrics.record("TrainingSeconds", usage.trainingSeconds);
  metrics.record("BillableSeconds", usage.billableSeconds);
  log.info("finalized", { state: end.state, endReason: end.endReason, code: end.failure?.code });
}
