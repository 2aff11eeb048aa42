import { type Rating, ratings as allowedRatings } from "../../domain/schemas/rating";
import { Problem } from "../problems/problem";
import type { CompositionItem } from "../stores/items";
import type { Outcome, Stale } from "../stores/outcome";
import type { Ratings } from "../stores/ratings";
import { pollAfterSeconds } from "./poll-interval";

export interface RateCompositionParams {
  /** The row as it was read. If it has changed since, the outcome is stale. */
  readonly item: CompositionItem;
  readonly rating: Rating;
  readonly ratings: Pick<Ratings, "rate">;
  readonly now: () => Date;
}

/**
 * Rates a finished composition. A rating that it already has is replaced, and the totals change with it.
 * @throws Problem NOT_READY
 */
export async function rateComposition({
  item,
  rating,
  ratings,
  now,
}: RateCompositionParams): Promise<Outcome<CompositionItem, Stale>> {
  if (item.state === "COMPLETED") return await ratings.rate(item, rating);
  const wait = pollAfterSeconds(item, now());
  throw new Problem("NOT_READY", {
    detail: `The composition is ${item.state}; it can be rated when it is COMPLETED.`,
    errors: [
      {
        pointer: "/rating",
        reason: `the composition is ${item.state}`,
        value: rating,
        allowed: `${allowedRatings.join(", ")}, of a COMPLETED composition`,
      },
    ],
    ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
  });
}
