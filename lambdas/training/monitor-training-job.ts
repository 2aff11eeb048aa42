/** Monitors a training job once: writes to the row what SageMaker says and what the container has reported. */
import { isDeepStrictEqual } from "node:util";
import {
  interpretTrainingJob,
  type MonitoredState,
  type TrainingJobMeaning,
} from "../../domain/states/sagemaker-status";
import { isLegalTrainingJobTransition } from "../../domain/states/training-job-state";
import { convergenceOf } from "../../domain/training/convergence";
import { epochMetrics, maxProgressBytes, parseProgress, summarizeProgress } from "../../domain/training/progress";
import { checkpointsPrefix, progressFile } from "../../naming/object-keys";
import type { DescribedTrainingJob, SageMakerJobs } from "../aws/sagemaker-jobs";
import type { TrainingJobItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import type { TrainingJobChange, TrainingJobData, TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";

export interface MonitorTrainingJobParams {
  readonly job: TrainingJobItem;
  /** The SageMaker job of the row's latest launch. */
  readonly trainingJobName: string;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "advance">;
  readonly sageMakerJobs: Pick<SageMakerJobs, "describe">;
  readonly work: Pick<ObjectStore, "read" | "list">;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export interface MonitoredJob {
  readonly meaning: TrainingJobMeaning;
  readonly described: DescribedTrainingJob | undefined;
  /** The row after the monitoring turn. */
  readonly job: TrainingJobItem;
}

/** The meaning of a job that SageMaker does not know: somebody else has deleted it. */
const lost: TrainingJobMeaning = {
  kind: "ENDED",
  ending: "FAILED",
  failure: {
    code: "TRAINING_JOB_LOST",
    message: "The training platform does not know the training job any more. Make a new job.",
    retryable: true,
  },
};

/**
 * Describes the job, reads its progress, and writes what is not final to the row. It may be repeated: a monitoring turn
 * that finds nothing new writes nothing, so that clients that poll keep getting 304.
 */
export async function monitorTrainingJob(params: MonitorTrainingJobParams): Promise<MonitoredJob> {
  const { trainingJobName, sageMakerJobs, log, metrics } = params;
  const described = await sageMakerJobs.describe(trainingJobName);
  const meaning = described === undefined ? lost : interpretTrainingJob(described);
  if (meaning.kind === "UNKNOWN") {
    metrics.record("UnknownSageMakerStatuses");
    const { status, secondaryStatus } = described ?? {};
    log.warn("SageMaker returned a status that is not in the table", { status, secondaryStatus });
  }
  const data = await monitoredData({ ...params, described });
  const job = await writeMonitoredData({ ...params, meaning, data });
  return { meaning, described, job };
}

interface MonitoredDataParams extends Pick<MonitorTrainingJobParams, "job" | "work" | "now" | "log"> {
  readonly described: DescribedTrainingJob | undefined;
}

/**
 * Returns the data that the row should have about the training, whatever its state. A file of the container that cannot
 * be read is left out and logged; it does not prevent the rest.
 */
export async function monitoredData(params: MonitoredDataParams): Promise<TrainingJobData> {
  const { job, now, log, described } = params;
  const part = async (
    what: string,
    read: () => Promise<TrainingJobData> | TrainingJobData,
  ): Promise<TrainingJobData> => {
    try {
      return await read();
    } catch (error) {
      log.warn(`${what} could not be read`, { jobId: job.id, reason: String(error) });
      return {};
    }
  };
  return {
    ...(await part("the progress", async () => await readProgress(params))),
    ...(await part("the checkpoint", async () => ({ resumable: await isResumable(params) }))),
    ...(await part("the usage", () => ({ usage: usageOf(job, described, now().getTime()) }))),
  };
}

async function readProgress({ job, work, now, log, described }: MonitoredDataParams): Promise<TrainingJobData> {
  const content = await work.read(`${checkpointsPrefix(job)}${progressFile}`, maxProgressBytes);
  const epochs = job.hyperparameters["epochs"];
  const plannedEpochs = typeof epochs === "number" ? epochs : job.progress.epochs;
  const parsed = parseProgress(content ?? "", plannedEpochs);
  if (parsed.skippedLines > 0) log.warn("lines of progress were not understood", { lines: parsed.skippedLines });
  const progress = summarizeProgress(parsed.epochs, {
    now: now().getTime(),
    plannedEpochs,
    runsSince: described?.startedAt?.getTime(),
  });
  const last = parsed.epochs.at(-1);
  if (progress === undefined || last === undefined) return {};
  return { progress, latestMetrics: epochMetrics(last), convergence: convergenceOf(parsed.epochs) };
}

const isResumable = async ({ job, work }: MonitoredDataParams): Promise<boolean> =>
  job.resumable || (await work.list(`${checkpointsPrefix(job)}last.`, 1)).length > 0;

/**
 * Returns the seconds that the job has used. Billing runs from start to end of the training; while the training runs,
 * SageMaker may report neither sum. The usage of this job's earlier SageMaker jobs is added.
 */
export function usageOf(
  job: TrainingJobItem,
  described: DescribedTrainingJob | undefined,
  now: number,
): TrainingJobItem["usage"] {
  if (described?.startedAt === undefined) return job.usage;
  const ran = Math.max(0, Math.round(((described.endedAt?.getTime() ?? now) - described.startedAt.getTime()) / 1000));
  const trainingSeconds = described.trainingSeconds ?? ran;
  const { earlierUsage } = job;
  return {
    trainingSeconds: (earlierUsage?.trainingSeconds ?? 0) + trainingSeconds,
    billableSeconds: (earlierUsage?.billableSeconds ?? 0) + (described.billableSeconds ?? trainingSeconds),
  };
}

interface WriteMonitoredDataParams extends Pick<MonitorTrainingJobParams, "job" | "trainingJobs" | "log"> {
  readonly meaning: TrainingJobMeaning;
  readonly data: TrainingJobData;
}

/**
 * The number of tries. A stop request may come between reading and writing; then its state stands, and the rest is
 * written again.
 */
const tries = 3;

async function writeMonitoredData(params: WriteMonitoredDataParams): Promise<TrainingJobItem> {
  try {
    return await writeChange(params);
  } catch (error) {
    // Perhaps only the observed data cannot be written, and the state can. If the table is at fault, this fails as
    // well.
    params.log.error("what was observed could not be written", { jobId: params.job.id, reason: String(error) });
    return await writeChange({ ...params, data: {} });
  }
}

async function writeChange({ job, trainingJobs, meaning, data }: WriteMonitoredDataParams): Promise<TrainingJobItem> {
  let current = job;
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const change = changeOf(current, meaning, data);
    if (change === undefined) return current;
    const { sub, id } = job;
    const written = await trainingJobs.advance({ sub, id, attempt: job.attempt }, change);
    if (isDone(written)) return written.value;
    const reloaded = await trainingJobs.get({ sub, id });
    if (reloaded?.attempt !== job.attempt) return current;
    current = reloaded;
  }
  return current;
}

function changeOf(
  job: TrainingJobItem,
  meaning: TrainingJobMeaning,
  data: TrainingJobData,
): TrainingJobChange | undefined {
  const to = nextState(job, meaning);
  const hasCapacity = to === "TRAINING" && job.capacityRefusedSince !== undefined;
  const stored = Object.fromEntries(Object.entries(job).filter(([name]) => Object.hasOwn(data, name)));
  const isNews = !isDeepStrictEqual(stored, data);
  if (to === undefined && !isNews) return undefined;
  return {
    ...(to === undefined ? {} : { to }),
    set: data,
    ...(hasCapacity ? { remove: ["capacityRefusedSince"] as const } : {}),
  };
}

/**
 * Returns the state to change to. It is undefined if the row has that state already, or the transition is not legal
 * (STOPPING stays).
 */
function nextState(job: TrainingJobItem, meaning: TrainingJobMeaning): MonitoredState | undefined {
  if (meaning.kind !== "RUNNING" || meaning.state === job.state) return undefined;
  return isLegalTrainingJobTransition(job.state, meaning.state) ? meaning.state : undefined;
}
