import { isFinalCompositionState } from "../../domain/states/composition-state";
import { compositionAbandoned, versionNotFrozen, workflowFailed, workNotEnded } from "../../domain/states/failures";
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import type { OwnedBy } from "../../naming/object-keys";
import { type OpenWorkKind, openWorkKinds } from "../../naming/table-keys";
import type { CompositionQueue } from "../aws/composition-queue";
import type { FreezingQueue } from "../aws/freezing-queue";
import type { WorkflowExecutions } from "../aws/workflow-executions";
import { finishPendingChange } from "../resources/finish-pending-change";
import type { FileRemoval } from "../resources/resource-files";
import type { Compositions } from "../stores/compositions";
import type { DatasetVersions, VersionOf } from "../stores/dataset-versions";
import { UnreadableItem } from "../stores/item-codec";
import type { OpenRows } from "../stores/open-rows";
import { isDone } from "../stores/outcome";
import type { PendingChanges } from "../stores/pending-changes";
import type { Slots } from "../stores/slots";
import type { TrainingJobs } from "../stores/training-jobs";
import { endUnrepairedJob, type EndUnrepairedJobParams } from "../training/end-unrepaired-job";
import { recoverTrainingJob, type RecoverTrainingJobParams } from "../training/recover-training-job";
import type { WithinTime } from "../training/time-limit";

export interface ReconcileOpenWorkParams extends Omit<
  RecoverTrainingJobParams,
  "input" | "fault" | "ending" | "executions" | "trainingJobs" | "slots"
> {
  readonly trainingJobs: RecoverTrainingJobParams["trainingJobs"] &
    EndUnrepairedJobParams["trainingJobs"] &
    Pick<TrainingJobs, "advance" | "listOpen" | "isOpen" | "noteFailedRepair">;
  readonly slots: Pick<Slots, "held" | "release" | "releaseAllOf">;
  readonly compositions: Pick<Compositions, "get" | "abandon" | "listOpen" | "noteFailedRepair" | "endUnread">;
  readonly queue: Pick<CompositionQueue, "send">;
  readonly datasetVersions: Pick<DatasetVersions, "get" | "listFreezing" | "end">;
  readonly freezingQueue: FreezingQueue;
  readonly executions: WorkflowExecutions;
  readonly pendingChanges: PendingChanges;
  /** Removes the files of resources whose creation or deletion was cut off. */
  readonly removal: Required<FileRemoval>;
  readonly patience: ReconcilePatience;
  /** The instant after which no further row is begun; the rest waits for the next reconciliation. */
  readonly deadline: Date;
  readonly withinTime: WithinTime;
}

/** Times, in seconds, after which resting work counts as forgotten. */
export interface ReconcilePatience {
  /** Seconds after which the reconciler starts a row that the stream should have started. */
  readonly notStarted: number;
  /** Seconds after which a composition is sent again that nobody has taken, or whose worker's lease has run out. */
  readonly notTaken: number;
  /** Seconds that a composition may take altogether. */
  readonly composition: number;
  /** Seconds after which a version that is not frozen has failed. */
  readonly freezing: number;
  /** Seconds that the repair of one row may take. */
  readonly row: number;
  /** Seconds from the first failed repair of a row until the row is ended without being repaired. */
  readonly repair: number;
  /** Seconds after which an unfinished row is counted as overdue: nothing that works as it should takes so long. */
  readonly overdue: Readonly<Record<OpenWorkKind, number>>;
}

const overdue = { TRAINING_JOB: 3 * 86_400, COMPOSITION: 1_800 } as const;

/** The times on AWS and in a local cloud. */
export const reconcilePatience = {
  aws: { notStarted: 120, notTaken: 600, composition: 3_600, freezing: 3_600, row: 45, repair: 270, overdue },
  local: { notStarted: 20, notTaken: 60, composition: 900, freezing: 1_800, row: 45, repair: 270, overdue },
} as const satisfies Record<string, ReconcilePatience>;

/** The number of rows of one kind that are repaired at the same time. */
const maxConcurrentRepairs = 4;

/** The numbers of rows that one reconciliation has checked, repaired, and failed to repair. */
export interface ReconcileOpenWorkResult {
  readonly checked: number;
  readonly repaired: number;
  readonly failed: number;
}

interface RowInRepair {
  readonly owned: OwnedBy;
  /** Becomes true once it is known that nobody works on it. */
  isAbandoned: boolean;
}

/**
 * Repairs one row. An error is logged and counted.
 * @returns true if the row is in order now
 */
type RepairOne = (owned: OwnedBy, repair: () => Promise<boolean>) => Promise<boolean>;

/**
 * Reads every row that is not final and repairs those that nobody works on. Training jobs and compositions are repaired
 * side by side, several of each at once. Each repair has a time of its own, and each reconciliation begins at
 * a random row, so that a row that hangs or cannot be repaired does not delay the others. An abandoned row whose repair
 * fails for minutes is ended without being repaired.
 */
export async function reconcileOpenWork(params: ReconcileOpenWorkParams): Promise<ReconcileOpenWorkResult> {
  const result = { checked: 0, repaired: 0, failed: 0 };
  const { pendingChanges, patience, deadline, withinTime, now, random, log, metrics } = params;
  const repairOne: RepairOne = async (owned, repair) => {
    result.checked += 1;
    try {
      if (await withinTime(patience.row, repair())) {
        result.repaired += 1;
        metrics.record("ReconcilerRepairs");
      }
      return true;
    } catch (error) {
      result.failed += 1;
      metrics.record("ReconcilerFailures");
      log.error("open work could not be repaired", { id: owned.id, reason: String(error) });
      return false;
    }
  };
  const repairRow = async (kind: OpenWorkKind, owned: OwnedBy): Promise<void> => {
    const row = { owned, isAbandoned: false };
    const inOrder = await repairOne(owned, async () =>
      kind === "TRAINING_JOB" ? await repairTrainingJob(params, row) : await repairComposition(params, row),
    );
    // A row that could not be read is not ended, because nobody knows whether it needs repair at all.
    if (!inOrder && row.isAbandoned) await repairOne(owned, async () => await endAfterFailures(params, kind, owned));
  };
  const lane = async <Row>(list: AsyncIterable<Row>, repair: (row: Row) => Promise<unknown>): Promise<void> => {
    const rows: Row[] = [];
    for await (const row of list) rows.push(row);
    const start = Math.floor(random() * rows.length);
    const waiting = [...rows.slice(start), ...rows.slice(0, start)];
    const worker = async (): Promise<void> => {
      for (let row = waiting.shift(); row !== undefined && now() < deadline; row = waiting.shift()) await repair(row);
    };
    await Promise.all(Array.from({ length: maxConcurrentRepairs }, worker));
  };
  await Promise.all([
    ...openWorkKinds.map(async (kind) => {
      await lane(openRowsOf(params, kind).listOpen(), async (owned) => {
        await repairRow(kind, owned);
      });
    }),
    lane(params.datasetVersions.listFreezing(), async (version) => {
      await repairOne(version.dataset, async () => await repairVersion(params, version));
    }),
    lane(pendingChanges.list(), async (change) => {
      await repairOne(change, async () => await finishPendingChange({ ...params, change }));
    }),
  ]);
  await freeSlotsOfFinalJobs(params, repairOne);
  return result;
}

const ageSeconds = (since: string, now: Date): number => (now.getTime() - Date.parse(since)) / 1000;

/** Returns the part of a kind's store that lists open rows and notes failed repairs. */
const openRowsOf = (
  { trainingJobs, compositions }: ReconcileOpenWorkParams,
  kind: OpenWorkKind,
): Pick<OpenRows<unknown, string>, "listOpen" | "noteFailedRepair"> =>
  kind === "TRAINING_JOB" ? trainingJobs : compositions;

/** Ends a row as the last resort, without reading anything of it. */
async function endAfterFailures(params: ReconcileOpenWorkParams, kind: OpenWorkKind, owned: OwnedBy): Promise<boolean> {
  const { compositions, patience, now, log, metrics } = params;
  const noted = await openRowsOf(params, kind).noteFailedRepair(owned);
  if (!isDone(noted) || now().getTime() - noted.value.getTime() < patience.repair * 1000) return false;
  if (kind === "TRAINING_JOB") return await endUnrepairedJob({ ...params, owned });
  if (!isDone(await compositions.endUnread(owned, { failure: workNotEnded }))) return false;
  metrics.record("CompositionsFailed");
  log.error("a composition was ended without being repaired", {
    compositionId: owned.id,
    since: noted.value.toISOString(),
  });
  return true;
}

/**
 * Loads a row. If the row cannot be parsed, nobody can work on it, unless a newer version of the steps is at work; so
 * the row is marked as abandoned. A service that does not respond says nothing about the row.
 * @throws what the load throws
 */
async function readable<Item>(
  row: RowInRepair,
  load: () => Promise<Item>,
  isAtWorkAllTheSame: () => Promise<boolean> = async () => await Promise.resolve(false),
): Promise<Item> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof UnreadableItem) row.isAbandoned = !(await isAtWorkAllTheSame());
    throw error;
  }
}

async function isAtWork(params: ReconcileOpenWorkParams, { sub, id }: OwnedBy): Promise<boolean> {
  const attempt = await params.trainingJobs.attemptOf({ sub, id });
  return attempt !== undefined && (await params.executions.status({ sub, jobId: id, attempt })) === "RUNNING";
}

/**
 * Repairs one training job.
 * @returns true if anything was done
 */
async function repairTrainingJob(params: ReconcileOpenWorkParams, row: RowInRepair): Promise<boolean> {
  const { owned } = row;
  const { trainingJobs, executions, patience, now, log, metrics } = params;
  const job = await readable(
    row,
    async () => await trainingJobs.get(owned),
    async () => await isAtWork(params, owned),
  );
  if (job === undefined || isFinalTrainingJobState(job.state)) return false;
  if (ageSeconds(job.createdAt, now()) > patience.overdue.TRAINING_JOB) metrics.record("OverdueWork");
  const input = { sub: job.sub, jobId: job.id, attempt: job.attempt };
  const repaired = await (async (): Promise<boolean> => {
    const status = await executions.status(input);
    switch (status) {
      case "RUNNING":
        return false;
      case "NOT_STARTED":
        if (ageSeconds(job.createdAt, now()) < patience.notStarted) return false;
        row.isAbandoned = true;
        log.warn("starting a workflow that was never started", { jobId: job.id });
        await executions.start(input);
        return true;
      case "STEP_FAILED":
      case "FAILED":
      case "CUT_OFF": {
        row.isAbandoned = true;
        const { outcome } = await recoverTrainingJob({
          ...params,
          input,
          fault: workflowFailed,
          ending: status,
        });
        log.warn("a workflow has ended without finalizing its job", { jobId: job.id, outcome });
        return true;
      }
    }
  })();
  if (job.repairFailedSince !== undefined) {
    await trainingJobs.advance({ ...owned, attempt: job.attempt }, { remove: ["repairFailedSince"] });
  }
  return repaired;
}

/**
 * Repairs one composition.
 * @returns true if anything was done
 */
async function repairComposition(params: ReconcileOpenWorkParams, row: RowInRepair): Promise<boolean> {
  const { owned } = row;
  const { compositions, queue, patience, now, log, metrics } = params;
  const composition = await readable(row, async () => await compositions.get(owned));
  if (composition === undefined || isFinalCompositionState(composition.state)) return false;
  const leased = composition.runningUntil !== undefined && Date.parse(composition.runningUntil) >= now().getTime();
  if (ageSeconds(composition.createdAt, now()) > patience.overdue.COMPOSITION) metrics.record("OverdueWork");
  if (leased) return false;
  row.isAbandoned = true;
  if (ageSeconds(composition.createdAt, now()) > patience.composition) {
    const isAbandoned = isDone(await compositions.abandon(owned, compositionAbandoned));
    if (isAbandoned) metrics.record("CompositionsFailed");
    return isAbandoned;
  }
  const restsSince = composition.runningUntil ?? composition.updatedAt;
  if (ageSeconds(restsSince, now()) < patience.notTaken) return false;
  // A second message is unnecessary but does no harm: the lease prevents a second piece.
  log.warn("sending a composition again", { compositionId: owned.id });
  await queue.send({ sub: owned.sub, compositionId: owned.id });
  return true;
}

/**
 * Sends a version of a data set that nobody freezes to be frozen again, and ends one that has waited for too long.
 * @returns true if anything was done
 */
async function repairVersion(params: ReconcileOpenWorkParams, owned: VersionOf): Promise<boolean> {
  const { datasetVersions, freezingQueue, patience, now, log, metrics } = params;
  const version = await datasetVersions.get(owned);
  if (version?.state !== "FREEZING") return false;
  const { id, runningUntil, updatedAt } = version;
  if (runningUntil !== undefined && Date.parse(runningUntil) >= now().getTime()) return false;
  if (ageSeconds(updatedAt, now()) > patience.freezing) {
    const isEnded = isDone(await datasetVersions.end(owned, { state: "FAILED", failure: versionNotFrozen }));
    if (isEnded) metrics.record("DatasetVersionsFailed");
    return isEnded;
  }
  if (ageSeconds(runningUntil ?? updatedAt, now()) < patience.notStarted) return false;
  // A second message is unnecessary but does no harm: the lease prevents that two freeze at once.
  log.warn("sending a version to be frozen again", { dataset: owned.dataset.id, version: id });
  await freezingQueue.send(owned);
  return true;
}

/** Frees the slots of final jobs. A finalizing step that died between its last two writes leaves such slots. */
async function freeSlotsOfFinalJobs(
  { trainingJobs, slots, log }: ReconcileOpenWorkParams,
  repairOne: RepairOne,
): Promise<void> {
  for (const { index, holder } of await slots.held()) {
    const owned = { sub: holder.sub, id: holder.jobId };
    await repairOne(owned, async () => {
      if (await trainingJobs.isOpen(owned)) return false;
      await slots.release({ index, jobId: holder.jobId });
      log.warn("slot freed", { slot: index, jobId: holder.jobId });
      return true;
    });
  }
}
