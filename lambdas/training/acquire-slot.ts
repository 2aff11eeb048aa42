import type { Failure } from "../../domain/schemas/failure";
import type { TrainingSettings } from "../../domain/schemas/training-settings";
import { interpretTrainingJob, mayStillRun } from "../../domain/states/sagemaker-status";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import { type SlotQueue, slotQueue } from "../../domain/training/slot-queue";
import { datasetManifestFile, trainingDataPrefix } from "../../naming/object-keys";
import type { SageMakerJobs } from "../aws/sagemaker-jobs";
import type { TrainingJobItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import type { HeldSlot, SlotOrder, Slots } from "../stores/slots";
import type { Tickets } from "../stores/tickets";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { jittered, maxJittered, type RandomSource } from "./jitter";
import { type ClosedJob, openJob } from "./open-job";
import { jobAttempt, type StepInput } from "./step-input";

export interface AcquireSlotParams {
  readonly input: StepInput;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "advance">;
  readonly slots: Pick<Slots, "order" | "held" | "acquire" | "renewFor">;
  readonly tickets: Tickets;
  readonly sageMakerJobs: Pick<SageMakerJobs, "describe">;
  readonly artifacts: Pick<ObjectStore, "list">;
  readonly settings: Pick<
    TrainingSettings,
    "slots" | "slotLeaseSeconds" | "queueDeadlineSeconds" | "runtimeLimitSeconds" | "waitSeconds"
  >;
  readonly now: () => Date;
  readonly random: RandomSource;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

export type AcquireSlotResult =
  | { readonly outcome: "SLOT_ACQUIRED"; readonly slot: number }
  | { readonly outcome: "WAITING_FOR_SLOT"; readonly waitSeconds: number }
  /** The data set has a catalogue, but its pieces are not there yet. The first start of a local cloud builds them. */
  | { readonly outcome: "WAITING_FOR_DATA"; readonly waitSeconds: number }
  | { readonly outcome: "QUEUE_DEADLINE_PASSED"; readonly failure: Failure }
  | { readonly outcome: "STOP_REQUESTED" }
  | ClosedJob;

/**
 * Seconds after the announced instant during which a ticket still counts although its job has not asked again. After
 * them the ticket does not delay the others.
 */
const ticketGraceSeconds = 60;

/**
 * The highest factor by which a wait grows for a job that is far back in the queue, so that it asks less often than the
 * first one.
 */
const maxWaitFactor = 4;

/**
 * The maximum number of turns that a job may still wait after its deadline if it is next in turn. They are spread over
 * the maximum runtime of a job, because the job waits for one of the others to end. The plan of history events includes
 * them.
 */
export const turnsPastDeadline = 100;

/**
 * The number of times that a job decides anew because somebody else acquired a slot meanwhile. After that it waits for
 * its next turn to ask.
 */
const decisions = 3;

/**
 * Seconds after the end of its lease during which a holder without a SageMaker job may still be about to create one. The
 * launch step renews the lease before it creates the job, and its task's time-out of two minutes ends it.
 */
const launchGraceSeconds = 120;

/**
 * Acquires a training slot, or renews the one that the job holds. A job that waits has a ticket, and `slotQueue`
 * decides whose turn it is. A job that waits for data has no ticket, so that it does not delay others.
 */
export async function acquireSlot(params: AcquireSlotParams): Promise<AcquireSlotResult> {
  const { input, trainingJobs, slots, tickets, settings, random, log } = params;
  const opened = await openJob(trainingJobs, input);
  if (opened.outcome !== "OPEN") return opened;
  const { job } = opened;
  if (job.stopRequested) return { outcome: "STOP_REQUESTED" };

  const now = params.now();
  const queuedSince = job.queuedSince ?? now.toISOString();
  if (job.state === "PENDING" || job.queuedSince === undefined) {
    const queued = await trainingJobs.advance(jobAttempt(input), { to: "QUEUED", set: { queuedSince } });
    // The job was stopped meanwhile. The next try sees that.
    if (!isDone(queued)) return waiting(jittered(settings.waitSeconds, random));
  }
  const waitedSeconds = (now.getTime() - Date.parse(queuedSince)) / 1000;

  const leasedUntil = now.getTime() + settings.slotLeaseSeconds * 1000;
  const renewed = await slots.renewFor({ jobId: job.id, leasedUntil, slots: settings.slots });
  if (isDone(renewed)) {
    // An earlier try acquired the slot, and its response was lost, so its ticket may still exist.
    await tickets.remove(job.id);
    return { outcome: "SLOT_ACQUIRED", slot: renewed.value };
  }

  const hasData = (await params.artifacts.list(`${trainingDataPrefix(job)}${datasetManifestFile}`, 1)).length > 0;
  const isPastDeadline = waitedSeconds > settings.queueDeadlineSeconds;
  if (!hasData) {
    if (isPastDeadline) return { outcome: "QUEUE_DEADLINE_PASSED", failure: dataMissing(job.dataset.id) };
    log.info("the data set is not there yet", { dataset: job.dataset.id });
    return { outcome: "WAITING_FOR_DATA", waitSeconds: jittered(settings.waitSeconds, random) };
  }

  const holder = { sub: job.sub, jobId: job.id };
  const heartbeat = async (inSeconds: number): Promise<void> => {
    const asksAgainBy = now.getTime() + (maxJittered(inSeconds) + ticketGraceSeconds) * 1000;
    await tickets.heartbeat({ ...holder, heartbeatAt: now.getTime(), asksAgainBy });
  };
  await heartbeat(settings.waitSeconds);

  let queue: SlotQueue | undefined;
  for (let decision = 1; decision <= decisions; decision += 1) {
    // The order must be read first. Each acquisition increases its version, so a decision that is based on an older
    // order is not written.
    const order = await slots.order();
    const live = (await tickets.waiting()).filter(({ asksAgainBy }) => asksAgainBy >= now.getTime());
    const held = (await slots.held()).filter(({ index }) => index < settings.slots);
    const queueWithout = (freed: readonly HeldSlot[]): SlotQueue =>
      slotQueue({
        slots: settings.slots,
        held: held.filter((slot) => !freed.includes(slot)),
        tickets: live,
        turns: order.turns,
      });
    // Only a job that would get the slot asks SageMaker about a lapsed lease.
    const lapsed = held.filter((slot) => slot.leasedUntil < now.getTime());
    queue = queueWithout(lapsed);
    if (!queue.takes.includes(job.id)) break;
    const abandoned = await abandonedAmong(lapsed, params);
    queue = queueWithout(abandoned);
    if (!queue.takes.includes(job.id)) break;
    const slot = await acquireAny(params, { job, order, held, abandoned, waitedSeconds, leasedUntil });
    if (slot !== undefined) return { outcome: "SLOT_ACQUIRED", slot };
  }

  const place = queue?.places.indexOf(job.id) ?? 0;
  const isNext = queue?.nextOfItsUser.includes(job.id) === true;
  if (isPastDeadline && !(isNext && waitedSeconds <= settings.queueDeadlineSeconds + settings.runtimeLimitSeconds)) {
    return { outcome: "QUEUE_DEADLINE_PASSED", failure: queueDeadlinePassed(waitedSeconds) };
  }
  const factor = Math.min(maxWaitFactor, 1 + Math.max(0, place) / (2 * settings.slots));
  const waitSeconds = isPastDeadline
    ? Math.max(settings.waitSeconds, settings.runtimeLimitSeconds / turnsPastDeadline)
    : settings.waitSeconds * factor;
  await heartbeat(waitSeconds);
  return waiting(jittered(waitSeconds, random));
}

interface Decision {
  readonly job: TrainingJobItem;
  readonly order: SlotOrder;
  readonly held: readonly HeldSlot[];
  /** Those of the held slots whose holders' jobs have ended. */
  readonly abandoned: readonly HeldSlot[];
  readonly waitedSeconds: number;
  readonly leasedUntil: number;
}

/**
 * Acquires a free slot, or one that is abandoned.
 * @returns its index; undefined when somebody else has acquired a slot meanwhile
 */
async function acquireAny(params: AcquireSlotParams, decision: Decision): Promise<number | undefined> {
  const { slots, tickets, settings, log, metrics } = params;
  const { job, order, held, abandoned, waitedSeconds, leasedUntil } = decision;
  const heldIndexes = new Set(held.map(({ index }) => index));
  const free = Array.from({ length: settings.slots }, (_, index) => index).find((index) => !heldIndexes.has(index));
  const [reclaimed] = abandoned;
  const index = free ?? reclaimed?.index;
  if (index === undefined) return undefined;
  const acquired = await slots.acquire({
    index,
    holder: { sub: job.sub, jobId: job.id },
    leasedUntil,
    order,
    ...(free === undefined && reclaimed !== undefined ? { reclaimed } : {}),
  });
  if (!isDone(acquired)) return undefined;
  await tickets.remove(job.id);
  metrics.record("QueueWaitSeconds", waitedSeconds);
  if (free === undefined) {
    log.warn("slot reclaimed", { slot: index, from: reclaimed?.holder.jobId });
    metrics.record("SlotsReclaimed");
  }
  return index;
}

const waiting = (waitSeconds: number): AcquireSlotResult => ({ outcome: "WAITING_FOR_SLOT", waitSeconds });

const queueDeadlinePassed = (waitedSeconds: number): Failure => ({
  code: "QUEUE_DEADLINE_PASSED",
  message: `Other training jobs kept every slot for ${Math.floor(waitedSeconds)} seconds. Try again later.`,
  retryable: true,
});

const dataMissing = (id: string): Failure => ({
  code: "DATASET_NOT_READY",
  message: `The data set ${id} was not built in time. Try again when GET /training-topics lists its topics.`,
  retryable: true,
});

async function abandonedAmong(lapsed: readonly HeldSlot[], params: AcquireSlotParams): Promise<HeldSlot[]> {
  const abandoned: HeldSlot[] = [];
  for (const slot of lapsed) if (await isAbandoned(slot, params)) abandoned.push(slot);
  return abandoned;
}

/**
 * Returns true if the holder of a lapsed lease is gone. The lapsed lease alone proves nothing: SageMaker must say that
 * the holder's job has ended or never existed.
 */
async function isAbandoned(
  slot: HeldSlot,
  { trainingJobs, sageMakerJobs, now, log }: AcquireSlotParams,
): Promise<boolean> {
  try {
    const holder = await trainingJobs.get({ sub: slot.holder.sub, id: slot.holder.jobId });
    const ended = holder === undefined || isFinalTrainingJobState(holder.state);
    const described =
      holder?.trainingJobName === undefined ? undefined : await sageMakerJobs.describe(holder.trainingJobName);
    if (described !== undefined) return !mayStillRun(interpretTrainingJob(described));
    return ended || now().getTime() - slot.leasedUntil > launchGraceSeconds * 1000;
  } catch (error) {
    // Another job's row could not be read, or SageMaker did not respond, so the job goes on waiting. The reconciler
    // ends a row that nobody can read.
    log.warn("whether a slot is abandoned could not be told", { slot: slot.index, reason: String(error) });
    return false;
  }
}
