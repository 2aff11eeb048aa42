/**
 * Finds everything that is not finished yet, in the sparse index OpenWork (eventually consistent: load a row before
 * acting). Its writes do not read the row: they are for rows that cannot be repaired in any other way.
 */
import * as z from "zod";
import { type Failure, failureSchema } from "../../domain/schemas/failure";
import { ulidSchema } from "../../domain/schemas/ids";
import { quotaAmountsSchema, type QuotaCounter } from "../../domain/schemas/user-quotas";
import type { FinalTrainingJobState } from "../../domain/states/training-job-state";
import type { OwnedBy } from "../../naming/object-keys";
import { openWorkIndex, type OpenWorkKind, openWorkOwner, ownedKey } from "../../naming/table-keys";
import { absent, allOf, equals, present } from "./conditions";
import { readItem } from "./item-codec";
import { type CompositionItem, compositionItemSchema, type TrainingJobItem, trainingJobItemSchema } from "./items";
import { doneWith, isDone, type Outcome, type Stale, stale } from "./outcome";
import { moveQuota } from "./quotas";
import type { Row, Table } from "./table";
import { transact } from "./transaction";

export interface OpenWork {
  /** Lists all unfinished rows of a kind, oldest first within a user. */
  list(kind: OpenWorkKind): AsyncIterable<OwnedBy>;
  /**
   * Returns one user's unfinished compositions. They are few, because quotas limit them. One that was created a moment
   * ago may be missing.
   */
  compositionsOf(sub: string): Promise<readonly CompositionItem[]>;
  /** Returns one user's unfinished training jobs, as {@link compositionsOf} does for compositions. */
  trainingJobsOf(sub: string): Promise<readonly TrainingJobItem[]>;
  /** Returns true if the row exists and is not final. It asks the table itself, and reads nothing else of the row. */
  isOpen(kind: OpenWorkKind, owned: OwnedBy): Promise<boolean>;
  /**
   * Notes that a repair has failed. The value is the instant since which repairs of the row have failed; stale when the
   * row is not open.
   */
  noteFailedRepair(kind: OpenWorkKind, owned: OwnedBy): Promise<Outcome<Date, Stale>>;
  /**
   * Returns the attempt of a job, which is read without the rest of the row; undefined when the row has no valid
   * attempt.
   */
  attemptOf(owned: OwnedBy): Promise<number | undefined>;
  /**
   * Ends the row, whatever else it contains, and gives the user's quotas back. The row becomes FAILED; a job whose
   * model is registered becomes READY, or STOPPED if its owner asked for that. The value is that state; stale when the
   * row was not open, or had another attempt.
   */
  endUnread(kind: OpenWorkKind, owned: OwnedBy, end: UnreadEnd): Promise<Outcome<FinalTrainingJobState, Stale>>;
}

export interface UnreadEnd {
  /** The failure that its owner is told if the row becomes FAILED. */
  readonly failure: Failure;
  /** The only attempt in which the row is ended. */
  readonly attempt?: number | undefined;
}

const counterOf: Readonly<Record<OpenWorkKind, QuotaCounter>> = {
  COMPOSITION: "openCompositions",
  TRAINING_JOB: "openTrainingJobs",
};

const entrySchema = z.object({ sub: z.string(), id: ulidSchema });
const noted = z.object({ repairFailedSince: z.string().transform((instant) => new Date(instant)) });
const endReasons = { FAILED: "FAILURE", STOPPED: "USER_STOP", READY: "EPOCHS_COMPLETED" } as const;
const isOpenRow = present(openWorkIndex.partitionKey);

export function createOpenWork({ table, now }: { readonly table: Table; readonly now: () => Date }): OpenWork {
  const readOnly = async (kind: OpenWorkKind, { sub, id }: OwnedBy, attributes: readonly string[]): Promise<Row> =>
    (await table.read(ownedKey(kind, sub, id), attributes)) ?? {};

  async function ofUser<Schema extends z.ZodType>(
    kind: OpenWorkKind,
    sub: string,
    schema: Schema,
  ): Promise<z.output<Schema>[]> {
    const found: z.output<Schema>[] = [];
    const rows = table.all({ index: "OpenWork", partition: kind, prefix: openWorkOwner(sub, "") });
    for await (const row of rows) found.push(readItem(schema, row));
    return found;
  }

  return {
    async *list(kind) {
      for await (const row of table.all({ index: "OpenWork", partition: kind })) yield entrySchema.parse(row);
    },

    compositionsOf: async (sub) => await ofUser("COMPOSITION", sub, compositionItemSchema),

    trainingJobsOf: async (sub) => await ofUser("TRAINING_JOB", sub, trainingJobItemSchema),

    async isOpen(kind, owned) {
      const row = await readOnly(kind, owned, [openWorkIndex.partitionKey]);
      return row[openWorkIndex.partitionKey] !== undefined;
    },

    async noteFailedRepair(kind, { sub, id }) {
      // The row's version stays as it is, because for its owner nothing has changed.
      const changes = { setOnce: { repairFailedSince: now().toISOString() } };
      const result = await table.write([
        { kind: "UPDATE", key: ownedKey(kind, sub, id), changes, condition: isOpenRow },
      ]);
      return result.kind === "REFUSED" ? stale : doneWith(noted.parse(result.row).repairFailedSince);
    },

    async attemptOf(owned) {
      const { attempt } = await readOnly("TRAINING_JOB", owned, ["attempt"]);
      return typeof attempt === "number" && Number.isInteger(attempt) && attempt >= 1 ? attempt : undefined;
    },

    async endUnread(kind, owned, { failure, attempt }) {
      const isJob = kind === "TRAINING_JOB";
      const known = isJob ? await readOnly(kind, owned, ["holds", "modelId", "stopRequested"]) : {};
      const hasModel = known["modelId"] !== undefined;
      const state = !hasModel ? "FAILED" : known["stopRequested"] === true ? "STOPPED" : "READY";
      // An unfinished job holds a place among its owner's models. The place becomes free if there is no model.
      const held = hasModel ? undefined : quotaAmountsSchema.safeParse(known["holds"]).data;
      const { models, ...kept } = held ?? {};
      const instant = now();
      const set = {
        state,
        updatedAt: instant.toISOString(),
        // The new version differs from the row's, whatever that is, so that clients that poll the row see that it has
        // ended.
        version: Math.ceil(instant.getTime() / 1000),
        ...(state === "FAILED" ? { failure: failureSchema.parse(failure) } : {}),
        ...(isJob ? { endReason: endReasons[state] } : {}),
        ...(models === undefined ? {} : { holds: kept }),
      };
      const outcome = await transact(table, [
        {
          write: {
            kind: "UPDATE",
            key: ownedKey(kind, owned.sub, owned.id),
            changes: { set, remove: [openWorkIndex.partitionKey, openWorkIndex.sortKey, "repairFailedSince"] },
            condition: allOf(
              isOpenRow,
              ...(isJob ? [hasModel ? present("modelId") : absent("modelId")] : []),
              ...(attempt === undefined ? [] : [equals("attempt", attempt)]),
            ),
          },
        },
        ...moveQuota(owned.sub, {
          decrement: { [counterOf[kind]]: 1, ...(models === undefined ? {} : { models }) },
        }),
      ]);
      return isDone(outcome) ? doneWith(state) : outcome;
    },
  };
}
