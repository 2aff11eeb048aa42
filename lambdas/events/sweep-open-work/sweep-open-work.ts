import type { OwnedBy } from "../../../domain/names/object-keys";
import type { Failure } from "../../../domain/schemas/failure";
import { isFinalCompositionState } from "../../../domain/states/composition-state";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import type { CompositionQueue } from "../../aws/composition-queue";
import type { CompositionsInExecution } from "../../aws/table/composition-execution";
import type { OpenWork } from "../../aws/table/open-work";
import type { PendingChanges } from "../../aws/table/pending-changes";
import type { WorkflowExecutions } from "../../aws/workflow-executions";
import { finishPendingChange } from "../../resources/finish-pending-change";
import type { FileRemoval } from "../../resources/resource-files";
import { workflowFault } from "../../workflow/settle-training-job/settle-input";
import {
  settleTrainingJob,
  type SettleTrainingJobParams,
} from "../../workflow/settle-training-job/settle-training-job";

export interface SweepOpenWorkParams extends Omit<SettleTrainingJobParams, "input" | "failure" | "fault"> {
  readonly openWork: OpenWork;
  readonly compositions: Pick<CompositionsInExecution, "load" | "abandon">;
  readonly queue: Pick<CompositionQueue, "send">;
  readonly executions: WorkflowExecutions;
  readonly pendingChanges: PendingChanges;
  /** Of resources whose creation or deletion was cut off. */
  readonly removal: FileRemoval;
  readonly patience: SweepPatience;
  /** No further row is begun after this instant: the rest waits for the next sweep. */
  readonly deadline: Date;
}

/** How long work may rest before it counts as forgotten, in seconds. */
export interface SweepPatience {
  /** A row that the stream should have started. */
  readonly notStarted: number;
  /** A composition that nobody has taken, or whose worker's lease has run out. */
  readonly notTaken: number;
  /** A composition altogether. */
  readonly composition: number;
}

export const sweepPatience = {
  aws: { notStarted: 120, notTaken: 600, composition: 3_600 },
  local: { notStarted: 20, notTaken: 60, composition: 900 },
} as const satisfies Record<string, SweepPatience>;

export interface SweepAnswer {
  readonly looked: number;
  readonly repaired: number;
  readonly failed: number;
}

const abandoned: Failure = {
  code: "COMPOSITION_ABANDONED",
  message: "The composition could not be made: a fault of the service. Try again.",
  retryable: true,
};

/**
 * Looks at every row that is not final and repairs what nobody works on. One row that cannot be repaired does not stand
 * in the way of the others; it is looked at again by the next sweep.
 */
export async function sweepOpenWork(params: SweepOpenWorkParams): Promise<SweepAnswer> {
  const sweep = { looked: 0, repaired: 0, failed: 0 };
  const { openWork, now, deadline, log, metrics } = params;
  const each = async (of: OwnedBy, repair: () => Promise<boolean>): Promise<void> => {
    sweep.looked += 1;
    try {
      if (!(await repair())) return;
      sweep.repaired += 1;
      metrics.record("SweeperRepairs");
    } catch (error) {
      sweep.failed += 1;
      log.error("open work could not be repaired", { id: of.id, reason: String(error) });
    }
  };
  for await (const of of openWork.list("TRAINING_JOB")) {
    if (now() >= deadline) break;
    await each(of, async () => await repairTrainingJob(params, of));
  }
  for await (const of of openWork.list("COMPOSITION")) {
    if (now() >= deadline) break;
    await each(of, async () => await repairComposition(params, of));
  }
  for await (const change of params.pendingChanges.list()) {
    if (now() >= deadline) break;
    await each(change, async () => await finishPendingChange({ ...params, change }));
  }
  await freeSlotsOfFinalJobs(params, each);
  return sweep;
}

const ageSeconds = (since: string, now: Date): number => (now.getTime() - Date.parse(since)) / 1000;

/** @returns whether anything was done */
async function repairTrainingJob(params: SweepOpenWorkParams, of: OwnedBy): Promise<boolean> {
  const { jobs, executions, patience, now, log } = params;
  const job = await jobs.load(of);
  if (job === undefined || isFinalTrainingJobState(job.state)) return false;
  const input = { sub: job.sub, jobId: job.id, attempt: job.attempt };
  switch (await executions.status(input)) {
    case "RUNNING":
      return false;
    case "NOT_STARTED":
      if (ageSeconds(job.createdAt, now()) < patience.notStarted) return false;
      log.warn("starting a workflow that was never started", { jobId: job.id });
      await executions.start(input);
      return true;
    case "ENDED": {
      const { outcome } = await settleTrainingJob({ ...params, input, fault: workflowFault });
      log.warn("a workflow has ended without settling its job", { jobId: job.id, outcome });
      return true;
    }
  }
}

async function repairComposition(params: SweepOpenWorkParams, of: OwnedBy): Promise<boolean> {
  const { compositions, queue, patience, now, log, metrics } = params;
  const composition = await compositions.load(of);
  if (composition === undefined || isFinalCompositionState(composition.state)) return false;
  const leased = composition.runningUntil !== undefined && Date.parse(composition.runningUntil) >= now().getTime();
  if (leased) return false;
  if (ageSeconds(composition.createdAt, now()) > patience.composition) {
    const done = await compositions.abandon(of, abandoned);
    if (done) metrics.record("CompositionsFailed");
    return done;
  }
  const restsSince = composition.runningUntil ?? composition.updatedAt;
  if (ageSeconds(restsSince, now()) < patience.notTaken) return false;
  // Two messages for one composition are one too many, not two pieces: the lease sees to that.
  log.warn("sending a composition again", { compositionId: of.id });
  await queue.send({ sub: of.sub, compositionId: of.id });
  return true;
}

/** What a settling that died between its last two writes left behind. */
async function freeSlotsOfFinalJobs(
  { jobs, slots, log }: SweepOpenWorkParams,
  each: (of: OwnedBy, repair: () => Promise<boolean>) => Promise<void>,
): Promise<void> {
  for (const { index, holder } of await slots.held()) {
    const of = { sub: holder.sub, id: holder.jobId };
    await each(of, async () => {
      const job = await jobs.load(of);
      if (job !== undefined && !isFinalTrainingJobState(job.state)) return false;
      await slots.release({ index, jobId: holder.jobId });
      log.warn("slot freed", { slot: index, jobId: holder.jobId });
      return true;
    });
  }
}
