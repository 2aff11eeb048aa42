/**
 * The store of ratings. A composition's row holds its rating, and rows of totals hold how many compositions have which
 * rating: of a technique, of a stock model's file, and of a user's own model. Each rating moves row and totals in one
 * transaction, so they agree whatever is tried again or comes at the same time. Totals name no user and no composition,
 * because everyone reads those of techniques and stock models (docs/adr/0043-people-rate-compositions.md).
 */
import type { Rating, RatingCounts } from "../../domain/schemas/rating";
import type { TechniqueId } from "../../naming/resource-names";
import { ownedKey, stockModelRatingsKey, type TableKey, techniqueRatingsKey } from "../../naming/table-keys";
import { equals, rowExists } from "./conditions";
import { readItem } from "./item-codec";
import { type CompositionItem, type RatingTotals, ratingTotalsItemSchema, type StockModelItem } from "./items";
import { doneWith, isDone, type Outcome, type ReferenceGone, type Stale } from "./outcome";
import { nextVersion } from "./owned-rows";
import type { Table } from "./table";
import { transact, type TransactionPart } from "./transaction";

export interface Ratings {
  /**
   * Rates a composition that is still as it was read, or changes its rating. The value is the composition as it is
   * afterwards. An equal rating changes nothing.
   */
  rate(item: CompositionItem, rating: Rating): Promise<Outcome<CompositionItem, Stale>>;
  /** Returns the ratings of what the present file of a stock model has made. */
  ofStockModel(model: Pick<StockModelItem, "id" | "sha256">): Promise<RatingCounts>;
  /** Returns the ratings of what a technique has made, with any model. */
  ofTechnique(technique: TechniqueId): Promise<RatingCounts>;
}

const counters = {
  poor: "ratedPoor",
  neutral: "ratedNeutral",
  good: "ratedGood",
} as const satisfies Readonly<Record<Rating, keyof RatingTotals>>;

/** Returns the totals of a row by rating. */
export const ratingCounts = (row: RatingTotals): RatingCounts => ({
  poor: row.ratedPoor ?? 0,
  neutral: row.ratedNeutral ?? 0,
  good: row.ratedGood ?? 0,
});

/** Returns what a rating adds to totals, when it takes the place of an earlier one. */
const movedTotals = (before: Rating | undefined, rating: Rating): Readonly<Record<string, number>> => ({
  ...(before === undefined ? {} : { [counters[before]]: -1 }),
  [counters[rating]]: 1,
});

export function createRatings({
  table,
  now,
}: {
  readonly table: Pick<Table, "read" | "write">;
  readonly now: () => Date;
}): Ratings {
  const totals = async (key: TableKey): Promise<RatingCounts> => {
    const row = await table.read(key);
    return ratingCounts(row === undefined ? {} : readItem(ratingTotalsItemSchema, row));
  };

  return {
    rate: async (item, rating) => {
      if (item.rating === rating) return doneWith(item);
      const { sub, id, model, technique } = item;
      const { set, add: oneVersion } = nextVersion(now());
      const moved = movedTotals(item.rating, rating);
      const countAt = (key: TableKey): TransactionPart<never> => ({
        write: { kind: "UPDATE", key, changes: { set: { schemaVersion: 1, kind: "RATING_TOTALS" }, add: moved } },
      });
      const own = ownedKey("MODEL", sub, model.id);
      const countAtModel: TransactionPart<ReferenceGone> = model.stock
        ? countAt(stockModelRatingsKey(model))
        : {
            write: {
              kind: "UPDATE",
              key: own,
              changes: { set, add: { ...moved, ...oneVersion } },
              condition: rowExists,
            },
            refused: () => ({ kind: "REFERENCE_GONE", key: own }),
          };
      const parts: readonly TransactionPart<never>[] = [
        {
          write: {
            kind: "UPDATE",
            key: ownedKey("COMPOSITION", sub, id),
            changes: { set: { ...set, rating }, add: oneVersion },
            condition: equals("version", item.version),
          },
        },
        countAt(techniqueRatingsKey(technique)),
      ];
      const first = await transact<ReferenceGone>(table, [...parts, countAtModel]);
      // The composition of a model that its owner has deleted is still there, and counts for its technique.
      const outcome = first.kind === "REFERENCE_GONE" ? await transact(table, parts) : first;
      return isDone(outcome) ? doneWith({ ...item, ...set, rating, version: item.version + 1 }) : outcome;
    },

    ofStockModel: async (model) => await totals(stockModelRatingsKey(model)),
    ofTechnique: async (technique) => await totals(techniqueRatingsKey(technique)),
  };
}
