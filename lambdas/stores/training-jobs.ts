/**
 * The store of training jobs. Requests create, stop and delete them; the workflow advances and ends them. Every write of the
 * workflow names the attempt to which it belongs, and depends on the state.
 */
import type * as z from "zod";
import { quotaAmountsSchema } from "../../domain/schemas/user-quotas";
import {
  type FinalTrainingJobState,
  finalTrainingJobStates,
  type TrainingJobState,
  trainingJobStates,
  trainingJobStatesBefore,
} from "../../domain/states/training-job-state";
import type { OwnedBy } from "../../naming/object-keys";
import { ownedKey } from "../../naming/table-keys";
import { absent, allOf, anyOf, type Condition, equals, oneOf, present, rowIsAbsent } from "./conditions";
import { writeItem } from "./item-codec";
import {
  type ModelItem,
  modelItemSchema,
  type PendingChangeItem,
  quotaHeld,
  type TrainingJobItem,
  trainingJobItemSchema,
} from "./items";
import { createOpenRows, openRowAttributes, type OpenRows, type UnreadEnd } from "./open-rows";
import { doneWith, isDone, type Outcome, type Stale, stale } from "./outcome";
import { createOwnedRows, nextVersion, type OwnedRows } from "./owned-rows";
import { endOfCreation, pendingChange, putPendingChange } from "./pending-changes";
import { moveQuota } from "./quotas";
import type { RowChanges, Table } from "./table";
import { changeRow, transact } from "./transaction";

/** The right of one workflow execution to work on a job. */
export interface JobAttempt extends OwnedBy {
  readonly attempt: number;
}

const changeable = trainingJobItemSchema
  .pick({
    launch: true,
    trainingJobName: true,
    instanceType: true,
    queuedSince: true,
    capacityRefusedSince: true,
    progress: true,
    latestMetrics: true,
    convergence: true,
    resumable: true,
    usage: true,
  })
  .partial();
/** The attributes that may change while a job is open. */
export type TrainingJobData = z.infer<typeof changeable>;
export type RemovableData = "trainingJobName" | "capacityRefusedSince" | "repairFailedSince";

/** A change of an open job. */
export interface TrainingJobChange {
  /** The new state, if the transition is legal. Without it, the job stays in its state, which must not be final. */
  readonly to?: Exclude<TrainingJobState, FinalTrainingJobState>;
  readonly set?: TrainingJobData;
  readonly remove?: readonly RemovableData[];
}

const ending = trainingJobItemSchema
  .pick({
    progress: true,
    latestMetrics: true,
    convergence: true,
    resumable: true,
    usage: true,
    endReason: true,
    failure: true,
  })
  .partial();
export interface TrainingJobEnd extends z.infer<typeof ending> {
  readonly state: FinalTrainingJobState;
  /** The value on which the decision rests. If a stop request has come meanwhile, the write is refused. */
  readonly stopRequested: boolean;
}

/** The data with which a job goes over to its next attempt. */
export interface NextAttempt {
  /**
   * True if the next attempt keeps the SageMaker job of the attempt before, which still runs, or has ended with results
   * that the next attempt registers.
   */
  readonly keepsTrainingJob: boolean;
  /** The usage of all SageMaker jobs that will not go on. */
  readonly earlierUsage: TrainingJobItem["usage"] | undefined;
  /** The number of attempts so far that were cut off before SageMaker had a job of theirs. */
  readonly attemptsWithoutTraining: number;
}

export interface TrainingJobs extends OwnedRows<TrainingJobItem>, OpenRows<TrainingJobItem, FinalTrainingJobState> {
  /**
   * Returns the attempt of a job, which is read without the rest of the row; undefined when the row has no valid
   * attempt.
   */
  attemptOf(owned: OwnedBy): Promise<number | undefined>;
  /**
   * Ends the job, whatever else its row contains, and gives the user's quotas back. It is for rows that cannot be
   * repaired in any other way. The job becomes FAILED; one whose model is registered becomes READY, or STOPPED if its
   * owner asked for that. The value is that state; stale when the row was not open, or had another attempt.
   */
  endUnread(owned: OwnedBy, end: UnreadEnd): Promise<Outcome<FinalTrainingJobState, Stale>>;
  /**
   * Changes the job. The value is the row as it is now; stale when the state or the attempt did not allow the change.
   */
  advance(job: JobAttempt, change: TrainingJobChange): Promise<Outcome<TrainingJobItem, Stale>>;
  /**
   * Begins the creation of the job's model, whose files are written before its row. If it is called again, the creation
   * begins anew. Stale when the job has a model or is final, or when the files of an earlier try are being removed.
   */
  beginModel(job: JobAttempt, modelId: string): Promise<Outcome<PendingChangeItem, Stale>>;
  /**
   * Adds the model to the user's models, names it in the job, and ends its pending creation. The place among the user's
   * models that the job has held goes over to the model. Stale when the job has a model or is final, or when the
   * creation was given up or begun anew.
   */
  addModel(job: JobAttempt, model: ModelItem, creation: PendingChangeItem): Promise<Outcome<undefined, Stale>>;
  /**
   * Ends the job. This is the way into a final state for every job whose row can be read; {@link endUnread} ends the
   * others. A job that ends without a model gives its place among the user's models back. Stale when the row has changed
   * since the end was decided.
   */
  finish(job: JobAttempt, end: TrainingJobEnd): Promise<Outcome<undefined, Stale>>;
  /**
   * Gives the job to the next attempt's execution. The value is the row as it is now; stale when the job is final or to
   * be stopped, or belongs to another attempt already.
   */
  beginNextAttempt(job: JobAttempt, next: NextAttempt): Promise<Outcome<TrainingJobItem, Stale>>;
}

const openStates = trainingJobStates.filter((state) => !(finalTrainingJobStates as readonly string[]).includes(state));
const keyOf = ({ sub, id }: OwnedBy) => ownedKey("TRAINING_JOB", sub, id);
const isAttempt = ({ attempt }: JobAttempt, states: readonly TrainingJobState[]): Condition =>
  allOf(equals("attempt", attempt), oneOf("state", states));
const mayGetModel = (job: JobAttempt): Condition => allOf(isAttempt(job, openStates), absent("modelId"));

/** The end reasons of jobs that are ended without their rows being read. */
const unreadEndReasons = { FAILED: "FAILURE", STOPPED: "USER_STOP", READY: "EPOCHS_COMPLETED" } as const;

export function createTrainingJobs({ table, now }: { readonly table: Table; readonly now: () => Date }): TrainingJobs {
  const kind = { table, kind: "TRAINING_JOB", schema: trainingJobItemSchema, now } as const;
  const rows = createOwnedRows(kind);
  const open = createOpenRows<typeof trainingJobItemSchema, FinalTrainingJobState>(kind);
  const update = async (
    job: JobAttempt,
    changes: RowChanges,
    condition: Condition,
  ): Promise<Outcome<TrainingJobItem, Stale>> =>
    await changeRow(table, trainingJobItemSchema, { key: keyOf(job), changes, condition });

  return {
    ...rows,
    ...open.rows,

    async attemptOf(owned) {
      const { attempt } = await open.readOnly(owned, ["attempt"]);
      return typeof attempt === "number" && Number.isInteger(attempt) && attempt >= 1 ? attempt : undefined;
    },

    async endUnread(owned, end) {
      const row = await open.readOnly(owned, ["holds", "modelId", "stopRequested"]);
      const hasModel = row["modelId"] !== undefined;
      const state = !hasModel ? "FAILED" : row["stopRequested"] === true ? "STOPPED" : "READY";
      // An unfinished job holds a place among its owner's models. The place becomes free if there is no model.
      const held = hasModel ? undefined : quotaAmountsSchema.safeParse(row["holds"]).data;
      const { models, ...kept } = held ?? {};
      const gives = { openTrainingJobs: 1, ...(models === undefined ? {} : { models }) };
      return await open.endOpenRow(owned, {
        ...end,
        state,
        set: { endReason: unreadEndReasons[state], ...(models === undefined ? {} : { holds: kept }) },
        conditions: [hasModel ? present("modelId") : absent("modelId")],
        commit: async (write) => await transact(table, [{ write }, ...moveQuota(owned.sub, { decrement: gives })]),
      });
    },

    async advance(job, { to, set = {}, remove = [] }) {
      const next = nextVersion(now(), { ...changeable.parse(set), ...(to === undefined ? {} : { state: to }) });
      // Staying in a state is always allowed.
      const states = to === undefined ? openStates : [...new Set([...trainingJobStatesBefore(to), to])];
      return await update(job, { ...next, remove }, isAttempt(job, states));
    },

    async beginModel(job, modelId) {
      const change = pendingChange({ of: "MODEL", sub: job.sub, id: modelId, state: "CREATING", now: now() });
      const outcome = await transact<never>(table, [
        { write: putPendingChange(change, anyOf(rowIsAbsent, equals("state", change.state))) },
        { write: { kind: "CHECK", key: keyOf(job), condition: mayGetModel(job) } },
      ]);
      return isDone(outcome) ? doneWith(change) : outcome;
    },

    async addModel(job, model, creation) {
      const before = await rows.get(job);
      if (before === undefined) return stale;
      const { models = 0, ...kept } = quotaHeld(before);
      const item: ModelItem = { ...model, holds: { models: 1, storedBytes: model.bytes } };
      const key = ownedKey("MODEL", item.sub, item.id);
      return await transact(table, [
        { write: { kind: "PUT", key, row: writeItem(modelItemSchema, key, item), condition: rowIsAbsent } },
        { write: endOfCreation(creation) },
        {
          write: {
            kind: "UPDATE",
            key: keyOf(job),
            changes: nextVersion(now(), { modelId: item.id, holds: kept }),
            condition: mayGetModel(job),
          },
        },
        ...moveQuota(job.sub, { increment: { models: 1, storedBytes: item.bytes }, decrement: { models } }),
      ]);
    },

    async finish(job, { state, stopRequested, ...data }) {
      const before = await rows.get(job);
      if (before === undefined) return stale;
      const { models = 0, ...kept } = quotaHeld(before);
      const changes = {
        ...nextVersion(now(), {
          state,
          ...ending.parse(data),
          ...(before.holds === undefined ? {} : { holds: kept }),
        }),
        remove: openRowAttributes,
      };
      const condition = allOf(
        isAttempt(job, trainingJobStatesBefore(state)),
        equals("stopRequested", stopRequested),
        // The quota that is given back depends on whether there is a model, and that must not change before the write.
        before.modelId === undefined ? absent("modelId") : equals("modelId", before.modelId),
      );
      return await transact(table, [
        { write: { kind: "UPDATE", key: keyOf(job), changes, condition } },
        ...moveQuota(job.sub, { decrement: { openTrainingJobs: 1, models } }),
      ]);
    },

    async beginNextAttempt(job, { keepsTrainingJob, earlierUsage, attemptsWithoutTraining }) {
      const instant = now();
      const next = nextVersion(instant, {
        attempt: job.attempt + 1,
        queuedSince: instant.toISOString(),
        earlierUsage,
        attemptsWithoutTraining,
        ...(keepsTrainingJob ? {} : { state: "QUEUED" }),
      });
      const remove = ["capacityRefusedSince", "repairFailedSince", ...(keepsTrainingJob ? [] : ["trainingJobName"])];
      const states = keepsTrainingJob ? openStates : [...trainingJobStatesBefore("QUEUED"), "QUEUED" as const];
      return await update(job, { ...next, remove }, allOf(isAttempt(job, states), equals("stopRequested", false)));
    },
  };
}
