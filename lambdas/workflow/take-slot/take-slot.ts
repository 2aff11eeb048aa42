import { datasetPiecesFile, datasetPrefix } from "../../../domain/names/object-keys";
import type { Failure } from "../../../domain/schemas/failure";
import type { TrainingSettings } from "../../../domain/schemas/training-settings";
import { interpretTrainingJob, mayStillRun } from "../../../domain/states/sagemaker-status";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import type { ObjectStore } from "../../aws/object-store";
import type { HeldSlot, Slots } from "../../aws/table/slots";
import type { Tickets } from "../../aws/table/tickets";
import type { TrainingJobsInExecution } from "../../aws/table/training-job-execution";
import type { TrainingJobs } from "../../aws/training-jobs";
import type { Log } from "../../telemetry/logger";
import type { MetricRecorder } from "../../telemetry/metrics";
import { openJob, type ClosedJob } from "../open-job";
import { jobAttempt, type StepInput } from "../step-input";

export interface TakeSlotParams {
  readonly input: StepInput;
  readonly jobs: Pick<TrainingJobsInExecution, "load" | "change">;
  readonly slots: Slots;
  readonly tickets: Tickets;
  readonly trainingJobs: Pick<TrainingJobs, "describe">;
  readonly artefacts: Pick<ObjectStore, "list">;
  readonly settings: Pick<TrainingSettings, "slots" | "slotLeaseSeconds" | "queueDeadlineSeconds" | "waitSeconds">;
  readonly now: () => Date;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export type TakeSlotAnswer =
  | { readonly outcome: "SLOT_TAKEN"; readonly slot: number }
  | { readonly outcome: "WAITING_FOR_SLOT"; readonly waitSeconds: number }
  /** The data set is known by its catalogue and still on its way: a first start of the local cloud builds it. */
  | { readonly outcome: "WAITING_FOR_DATA"; readonly waitSeconds: number }
  | { readonly outcome: "QUEUE_DEADLINE_PASSED"; readonly failure: Failure }
  | { readonly outcome: "STOP_REQUESTED" }
  | ClosedJob;

/** A ticket without a heartbeat for two waits and a minute belongs to an execution that is dead. */
const ticketLifeSeconds = (waitSeconds: number): number => 2 * waitSeconds + 60;

/**
 * A holder that SageMaker knows nothing of may be just about to create its job. It renewed its lease before that, and a
 * launch step is cut off by its task's time-out of two minutes.
 */
const launchGraceSeconds = 120;

/**
 * Takes a training slot, or renews the one the job has. Who waits has a ticket; only the first live ticket takes a slot,
 * so jobs are served in the order they were made. Who waits for data has none, and stands in nobody's way.
 */
export async function takeSlot(params: TakeSlotParams): Promise<TakeSlotAnswer> {
  const { input, jobs, slots, tickets, settings, metrics, log } = params;
  const opened = await openJob(jobs, input);
  if (opened.outcome !== "OPEN") return opened;
  const { job } = opened;
  if (job.stopRequested) return { outcome: "STOP_REQUESTED" };

  const now = params.now();
  const queuedSince = job.queuedSince ?? now.toISOString();
  if (job.state === "PENDING" || job.queuedSince === undefined) {
    const queued = await jobs.change(jobAttempt(input), { to: "QUEUED", set: { queuedSince } });
    // Stopped meanwhile, which the next try sees.
    if (queued === undefined) return waiting(settings);
  }
  const waitedSeconds = (now.getTime() - Date.parse(queuedSince)) / 1000;

  const holder = { sub: job.sub, jobId: job.id };
  const leasedUntil = now.getTime() + settings.slotLeaseSeconds * 1000;
  const held = await slots.held();
  const mine = held.find((slot) => slot.holder.jobId === job.id && slot.index < settings.slots);
  if (mine !== undefined && (await slots.renew({ index: mine.index, jobId: job.id, leasedUntil }))) {
    return { outcome: "SLOT_TAKEN", slot: mine.index };
  }

  const hasData = (await params.artefacts.list(`${datasetPrefix(job.dataset)}${datasetPiecesFile}`, 1)).length > 0;
  if (waitedSeconds > settings.queueDeadlineSeconds) {
    const failure = hasData ? queueDeadlinePassed(settings.queueDeadlineSeconds) : dataMissing(job.dataset.id);
    return { outcome: "QUEUE_DEADLINE_PASSED", failure };
  }
  if (!hasData) {
    log.info("the data set is not there yet", { dataset: job.dataset.id });
    return { outcome: "WAITING_FOR_DATA", waitSeconds: settings.waitSeconds };
  }

  await tickets.show({ ...holder, heartbeatAt: now.getTime() });
  const oldestHeartbeat = now.getTime() - ticketLifeSeconds(settings.waitSeconds) * 1000;
  const live = (await tickets.waiting()).filter(({ heartbeatAt }) => heartbeatAt >= oldestHeartbeat);
  const first = live.map(({ jobId }) => jobId).sort()[0];
  if (first !== job.id) return waiting(settings);

  const taken = async (slot: number): Promise<TakeSlotAnswer> => {
    await tickets.remove(job.id);
    metrics.record("QueueWaitSeconds", waitedSeconds);
    return { outcome: "SLOT_TAKEN", slot };
  };
  const heldIndexes = new Set(held.map(({ index }) => index));
  for (let index = 0; index < settings.slots; index += 1) {
    if (!heldIndexes.has(index) && (await slots.take({ index, holder, leasedUntil }))) return await taken(index);
  }
  for (const lapsed of held.filter((slot) => slot.index < settings.slots && slot.leasedUntil < now.getTime())) {
    if (!(await isAbandoned(lapsed, params))) continue;
    if (await slots.take({ index: lapsed.index, holder, leasedUntil, instead: lapsed })) {
      log.warn("slot reclaimed", { slot: lapsed.index, from: lapsed.holder.jobId });
      metrics.record("SlotsReclaimed");
      return await taken(lapsed.index);
    }
  }
  return waiting(settings);
}

const waiting = ({ waitSeconds }: { readonly waitSeconds: number }): TakeSlotAnswer => ({
  outcome: "WAITING_FOR_SLOT",
  waitSeconds,
});

const queueDeadlinePassed = (seconds: number): Failure => ({
  code: "QUEUE_DEADLINE_PASSED",
  message: `Other training jobs kept every slot for ${seconds} seconds. Try again later.`,
  retryable: true,
});

const dataMissing = (id: string): Failure => ({
  code: "DATASET_NOT_READY",
  message: `The data set ${id} did not arrive in time. Try again when it is there.`,
  retryable: true,
});

/** A lapsed lease alone proves nothing: SageMaker must say that the holder's job has ended, or never was. */
async function isAbandoned(slot: HeldSlot, { jobs, trainingJobs, now }: TakeSlotParams): Promise<boolean> {
  const holder = await jobs.load({ sub: slot.holder.sub, id: slot.holder.jobId });
  const ended = holder === undefined || isFinalTrainingJobState(holder.state);
  const described =
    holder?.trainingJobName === undefined ? undefined : await trainingJobs.describe(holder.trainingJobName);
  if (described !== undefined) return !mayStillRun(interpretTrainingJob(described));
  return ended || now().getTime() - slot.leasedUntil > launchGraceSeconds * 1000;
}
