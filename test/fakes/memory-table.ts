/** The execution side of the table in memory, with the conditions of the real one: no await lies between check and write. */
import type { OwnedBy } from "../../naming/object-keys";
import type { OpenWorkKind } from "../../naming/table-keys";
import {
  compositionItemSchema,
  modelItemSchema,
  trainingJobItemSchema,
  type CatalogueItem,
  type CompositionItem,
  quotaHeld,
  type ModelItem,
  type PendingChangeItem,
  type TrackItem,
  type TrainingJobItem,
} from "../../domain/schemas/items";
import type { QuotaAmounts } from "../../domain/schemas/user-caps";
import type { Failure } from "../../domain/schemas/failure";
import {
  isFinalTrainingJobState,
  isLegalTrainingJobTransition,
  type TrainingJobState,
  type FinalTrainingJobState,
} from "../../domain/states/training-job-state";
import type { Claim, CompositionResult, CompositionsInExecution } from "../../lambdas/stores/compositions";
import { pendingChange, type PendingChanges } from "../../lambdas/stores/pending-changes";
import type { OpenWork, UnreadEnd } from "../../lambdas/stores/open-work";
import {
  orderAfter,
  type HeldSlot,
  type SlotHolder,
  type SlotOrder,
  type Slots,
  type TakeSlotParams,
} from "../../lambdas/stores/slots";
import type { Ticket, Tickets } from "../../lambdas/stores/tickets";
import type {
  JobAttempt,
  NextAttempt,
  TrainingJobChange,
  TrainingJobEnd,
  TrainingJobsInExecution,
} from "../../lambdas/stores/training-jobs";

/** What the table takes: at most 400 KB, and no number that it cannot hold. */
function assertStorable(item: object): void {
  const text = JSON.stringify(item, (_, value: unknown) => {
    if (typeof value === "number" && value !== 0) {
      const size = Math.abs(value);
      if (!(size <= Number.MAX_SAFE_INTEGER && size >= 1e-130)) throw new Error(`the table does not take ${value}`);
    }
    return value;
  });
  if (text.length > 400_000) throw new Error(`an item of ${text.length} bytes is larger than 400 KB`);
}

/** What the table keeps: attributes that are defined and not removed. */
const attributesOf = (item: object, removed: readonly string[] = []): unknown =>
  Object.fromEntries(Object.entries(item).filter(([name, value]) => value !== undefined && !removed.includes(name)));

const nameOf = ({ sub, id }: OwnedBy): string => `${sub}/${id}`;

export class MemoryTrainingJobs implements TrainingJobsInExecution {
  readonly rows = new Map<string, TrainingJobItem>();
  readonly models = new Map<string, ModelItem>();
  readonly catalogues = new Map<string, CatalogueItem>();
  /** Every state a row was ever in, by job id. */
  readonly history = new Map<string, TrainingJobState[]>();
  openTrainingJobs = 0;
  /** The users' other counters, all users together. */
  readonly quota: { models: number; trainingJobs: number; storedBytes: number } = {
    models: 0,
    trainingJobs: 0,
    storedBytes: 0,
  };
  /** Creations of models that are not done, and deletions of what they left. */
  readonly creations = new Map<string, PendingChangeItem>();
  readonly pendingChanges: PendingChanges;

  constructor(private readonly now: () => Date) {
    const { creations, models } = this;
    const isCurrent = (change: PendingChangeItem): boolean => {
      const current = creations.get(nameOf(change));
      return current?.state === change.state && current.since === change.since;
    };
    this.pendingChanges = {
      async *list() {
        yield* [...creations.values()];
      },
      isCurrent: async (change) => isCurrent(change),
      abandon: async (change, at) => {
        if (!isCurrent(change) || models.has(nameOf(change))) return undefined;
        const deletion = pendingChange({ ...change, state: "DELETING", now: at, holds: {} });
        creations.set(nameOf(change), deletion);
        this.move(change.holds, -1);
        return deletion;
      },
      remove: async (change) => isCurrent(change) && creations.delete(nameOf(change)),
    };
  }

  add(job: TrainingJobItem): void {
    this.put(trainingJobItemSchema.parse(job));
    this.openTrainingJobs += 1;
    this.move(quotaHeld(job), 1);
  }

  private move({ models = 0, trainingJobs = 0, storedBytes = 0 }: QuotaAmounts, sign: 1 | -1): void {
    this.quota.models += sign * models;
    this.quota.trainingJobs += sign * trainingJobs;
    this.quota.storedBytes += sign * storedBytes;
  }

  /** What the API does on POST …/stop. */
  requestStop(of: OwnedBy): boolean {
    const row = this.rows.get(nameOf(of));
    if (row === undefined || isFinalTrainingJobState(row.state)) return false;
    this.put({ ...row, stopRequested: true, state: "STOPPING", version: row.version + 1 });
    return true;
  }

  private put(row: TrainingJobItem): void {
    assertStorable(row);
    this.rows.set(nameOf(row), trainingJobItemSchema.parse(row));
    const states = this.history.get(row.id) ?? [];
    if (states.at(-1) !== row.state) states.push(row.state);
    this.history.set(row.id, states);
  }

  async load(of: OwnedBy): Promise<TrainingJobItem | undefined> {
    return this.rows.get(nameOf(of));
  }

  async change(
    job: JobAttempt,
    { to, set = {}, remove = [] }: TrainingJobChange,
  ): Promise<TrainingJobItem | undefined> {
    const row = this.rows.get(nameOf(job));
    if (row?.attempt !== job.attempt || isFinalTrainingJobState(row.state)) return undefined;
    if (to !== undefined && to !== row.state && !isLegalTrainingJobTransition(row.state, to)) return undefined;
    const changed = {
      ...row,
      ...set,
      state: to ?? row.state,
      version: row.version + 1,
      updatedAt: this.now().toISOString(),
    };
    this.put(trainingJobItemSchema.parse(attributesOf(changed, remove)));
    return this.rows.get(nameOf(job));
  }

  private mayGetModel(job: JobAttempt): TrainingJobItem | undefined {
    const row = this.rows.get(nameOf(job));
    return row?.attempt !== job.attempt || isFinalTrainingJobState(row.state) || row.modelId !== undefined
      ? undefined
      : row;
  }

  async beginModel(job: JobAttempt, modelId: string): Promise<PendingChangeItem | undefined> {
    // What is being removed is not begun anew.
    if (this.mayGetModel(job) === undefined || this.creations.get(`${job.sub}/${modelId}`)?.state === "DELETING") {
      return undefined;
    }
    const creation = pendingChange({ of: "MODEL", sub: job.sub, id: modelId, state: "CREATING", now: this.now() });
    this.creations.set(nameOf(creation), creation);
    return creation;
  }

  async addModel(job: JobAttempt, model: ModelItem, creation: PendingChangeItem): Promise<boolean> {
    const row = this.mayGetModel(job);
    if (row === undefined || this.models.has(nameOf(model))) return false;
    const pending = this.creations.get(nameOf(model));
    if (pending?.state !== creation.state || pending.since !== creation.since) return false;
    const { models = 0, ...kept } = quotaHeld(row);
    const holds = { models: 1, storedBytes: model.bytes };
    assertStorable(model);
    this.creations.delete(nameOf(model));
    this.models.set(nameOf(model), modelItemSchema.parse({ ...model, holds }));
    this.move(holds, 1);
    this.move({ models }, -1);
    this.put({ ...row, modelId: model.id, holds: kept, version: row.version + 1 });
    return true;
  }

  async finish(job: JobAttempt, { state, stopRequested, ...data }: TrainingJobEnd): Promise<boolean> {
    const row = this.rows.get(nameOf(job));
    if (row?.attempt !== job.attempt || row.stopRequested !== stopRequested) return false;
    if (!isLegalTrainingJobTransition(row.state, state)) return false;
    const { models = 0, ...kept } = quotaHeld(row);
    const holds = row.holds === undefined ? {} : { holds: kept };
    const ended = { ...row, ...data, ...holds, state, version: row.version + 1 };
    this.put(trainingJobItemSchema.parse(attributesOf(ended, ["openWork", "openWorkOwner", "repairFailedSince"])));
    this.openTrainingJobs -= 1;
    this.move({ models }, -1);
    return true;
  }

  async beginNextAttempt(job: JobAttempt, next: NextAttempt): Promise<TrainingJobItem | undefined> {
    const row = this.rows.get(nameOf(job));
    if (row?.attempt !== job.attempt || row.stopRequested || isFinalTrainingJobState(row.state)) return undefined;
    const { keepsTrainingJob, earlierUsage, attemptsWithoutTraining } = next;
    if (!keepsTrainingJob && row.state !== "QUEUED" && !isLegalTrainingJobTransition(row.state, "QUEUED"))
      return undefined;
    const begun = {
      ...row,
      attempt: row.attempt + 1,
      queuedSince: this.now().toISOString(),
      earlierUsage: earlierUsage ?? row.earlierUsage,
      attemptsWithoutTraining,
      state: keepsTrainingJob ? row.state : "QUEUED",
      version: row.version + 1,
    };
    const removed = ["capacityRefusedSince", "repairFailedSince", ...(keepsTrainingJob ? [] : ["trainingJobName"])];
    this.put(trainingJobItemSchema.parse(attributesOf(begun, removed)));
    return this.rows.get(nameOf(job));
  }

  /** As the sweeper writes a row that it cannot read. */
  override(row: TrainingJobItem): void {
    this.put(row);
  }

  async loadCatalogue(datasetId: string): Promise<CatalogueItem | undefined> {
    return this.catalogues.get(datasetId);
  }
}

export class MemorySlots implements Slots {
  readonly slots = new Map<number, HeldSlot>();
  /** Every turn, oldest first. */
  readonly given: SlotHolder[] = [];
  private current: SlotOrder = { version: 0, turns: [] };

  async order(): Promise<SlotOrder> {
    return this.current;
  }
  /** For a test that cares for no order. */
  async hold(index: number, holder: SlotHolder, leasedUntil = Number.MAX_SAFE_INTEGER): Promise<boolean> {
    return await this.take({ index, holder, leasedUntil, order: this.current });
  }
  async held(): Promise<readonly HeldSlot[]> {
    return [...this.slots.values()];
  }
  async take({ index, holder, leasedUntil, order, instead }: TakeSlotParams): Promise<boolean> {
    if (order.version !== this.current.version) return false;
    const current = this.slots.get(index);
    const allowed =
      instead === undefined
        ? current === undefined
        : current?.holder.jobId === instead.holder.jobId && current.leasedUntil === instead.leasedUntil;
    if (allowed) {
      this.slots.set(index, { index, holder, leasedUntil });
      this.current = orderAfter(order, holder.sub);
      this.given.push(holder);
    }
    return allowed;
  }
  async renew({ index, jobId, leasedUntil }: { index: number; jobId: string; leasedUntil: number }): Promise<boolean> {
    const current = this.slots.get(index);
    if (current?.holder.jobId !== jobId) return false;
    this.slots.set(index, { ...current, leasedUntil });
    return true;
  }
  async release({ index, jobId }: { index: number; jobId: string }): Promise<void> {
    if (this.slots.get(index)?.holder.jobId === jobId) this.slots.delete(index);
  }
}

export class MemoryTickets implements Tickets {
  readonly tickets = new Map<string, Ticket>();
  async show(ticket: Ticket): Promise<void> {
    this.tickets.set(ticket.jobId, ticket);
  }
  async waiting(): Promise<readonly Ticket[]> {
    return [...this.tickets.values()].sort((one, other) => (one.jobId < other.jobId ? -1 : 1));
  }
  async remove(jobId: string): Promise<void> {
    this.tickets.delete(jobId);
  }
}

export class MemoryCompositions implements CompositionsInExecution {
  readonly rows = new Map<string, CompositionItem>();
  readonly tracks = new Map<string, TrackItem>();
  openCompositions = 0;

  constructor(private readonly now: () => Date) {}

  add(item: CompositionItem): void {
    this.rows.set(nameOf(item), compositionItemSchema.parse(item));
    this.openCompositions += 1;
  }
  async load(of: OwnedBy): Promise<CompositionItem | undefined> {
    return this.rows.get(nameOf(of));
  }
  async loadTrack(of: OwnedBy): Promise<TrackItem | undefined> {
    return this.tracks.get(nameOf(of));
  }
  private unclaimed(row: CompositionItem | undefined): row is CompositionItem {
    if (row?.state === "PENDING") return true;
    return row?.state === "RUNNING" && (row.runningUntil === undefined || row.runningUntil < this.now().toISOString());
  }
  async claim(of: OwnedBy, runningUntil: Date): Promise<CompositionItem | undefined> {
    const row = this.rows.get(nameOf(of));
    if (!this.unclaimed(row)) return undefined;
    const claimed: CompositionItem = {
      ...row,
      state: "RUNNING",
      attempt: row.attempt + 1,
      runningUntil: runningUntil.toISOString(),
      version: row.version + 1,
    };
    this.rows.set(nameOf(of), compositionItemSchema.parse(claimed));
    return claimed;
  }
  async renew(claim: Claim, runningUntil: Date): Promise<boolean> {
    const row = this.rows.get(nameOf(claim));
    if (row?.state !== "RUNNING" || row.attempt !== claim.attempt) return false;
    this.rows.set(nameOf(claim), { ...row, runningUntil: runningUntil.toISOString() });
    return true;
  }
  async release(claim: Claim): Promise<void> {
    const row = this.rows.get(nameOf(claim));
    if (row?.state !== "RUNNING" || row.attempt !== claim.attempt) return;
    const released = attributesOf({ ...row, version: row.version + 1 }, ["runningUntil"]);
    this.rows.set(nameOf(claim), compositionItemSchema.parse(released));
  }
  private finish(row: CompositionItem, set: Partial<CompositionItem>): true {
    const ended = attributesOf({ ...row, ...set, version: row.version + 1 }, [
      "runningUntil",
      "openWork",
      "openWorkOwner",
    ]);
    assertStorable({ ...row, ...set });
    this.rows.set(nameOf(row), compositionItemSchema.parse(ended));
    this.openCompositions -= 1;
    return true;
  }
  async complete(claim: Claim, result: CompositionResult): Promise<boolean> {
    const row = this.rows.get(nameOf(claim));
    if (row?.state !== "RUNNING" || row.attempt !== claim.attempt) return false;
    return this.finish(row, { ...result, state: "COMPLETED" });
  }
  async fail(claim: Claim, failure: Failure): Promise<boolean> {
    const row = this.rows.get(nameOf(claim));
    if (row?.state !== "RUNNING" || row.attempt !== claim.attempt) return false;
    return this.finish(row, { state: "FAILED", failure });
  }
  async abandon(of: OwnedBy, failure: Failure): Promise<boolean> {
    const row = this.rows.get(nameOf(of));
    return this.unclaimed(row) && this.finish(row, { state: "FAILED", failure });
  }
}

export class MemoryOpenWork implements OpenWork {
  constructor(
    private readonly jobs: MemoryTrainingJobs,
    private readonly compositions: MemoryCompositions,
  ) {}
  async *list(kind: OpenWorkKind): AsyncIterable<OwnedBy> {
    const rows = kind === "TRAINING_JOB" ? [...this.jobs.rows.values()] : [...this.compositions.rows.values()];
    for (const { sub, id, openWork } of rows) if (openWork !== undefined) yield { sub, id };
  }
  async isOpen(kind: OpenWorkKind, of: OwnedBy): Promise<boolean> {
    const { rows } = kind === "TRAINING_JOB" ? this.jobs : this.compositions;
    return rows.get(nameOf(of))?.openWork !== undefined;
  }
  async noteFailedRepair(kind: OpenWorkKind, of: OwnedBy, now: Date): Promise<Date | undefined> {
    if (!(await this.isOpen(kind, of))) return undefined;
    const noted = <Row extends { readonly repairFailedSince?: string | undefined }>(row: Row): Row => ({
      ...row,
      repairFailedSince: row.repairFailedSince ?? now.toISOString(),
    });
    const job = this.jobs.rows.get(nameOf(of));
    const composition = this.compositions.rows.get(nameOf(of));
    if (kind === "TRAINING_JOB" && job !== undefined) this.jobs.rows.set(nameOf(of), noted(job));
    if (kind === "COMPOSITION" && composition !== undefined) this.compositions.rows.set(nameOf(of), noted(composition));
    const since = (kind === "TRAINING_JOB" ? this.jobs : this.compositions).rows.get(nameOf(of))?.repairFailedSince;
    return since === undefined ? undefined : new Date(since);
  }
  async attemptOf(of: OwnedBy): Promise<number | undefined> {
    return this.jobs.rows.get(nameOf(of))?.attempt;
  }
  async endUnread(
    kind: OpenWorkKind,
    of: OwnedBy,
    { failure, attempt }: UnreadEnd,
  ): Promise<FinalTrainingJobState | undefined> {
    if (!(await this.isOpen(kind, of))) return undefined;
    const removed = ["openWork", "openWorkOwner", "repairFailedSince"];
    const job = this.jobs.rows.get(nameOf(of));
    const composition = this.compositions.rows.get(nameOf(of));
    if (kind === "TRAINING_JOB" && job !== undefined) {
      if (attempt !== undefined && job.attempt !== attempt) return undefined;
      const { models = 0, ...kept } = job.modelId === undefined ? quotaHeld(job) : {};
      const holds = models === 0 ? {} : { holds: kept };
      const state = job.modelId === undefined ? "FAILED" : job.stopRequested ? "STOPPED" : "READY";
      const endReason = { FAILED: "FAILURE", STOPPED: "USER_STOP", READY: "EPOCHS_COMPLETED" }[state];
      const ended = { state, endReason, ...(state === "FAILED" ? { failure } : {}) };
      const row = { ...job, ...ended, ...holds, version: job.version + 1 };
      this.jobs.override(trainingJobItemSchema.parse(attributesOf(row, removed)));
      this.jobs.openTrainingJobs -= 1;
      this.jobs.quota.models -= models;
      return state;
    }
    if (composition === undefined) return undefined;
    const row = attributesOf({ ...composition, state: "FAILED", failure, version: composition.version + 1 }, removed);
    this.compositions.rows.set(nameOf(of), compositionItemSchema.parse(row));
    this.compositions.openCompositions -= 1;
    return "FAILED";
  }
}
