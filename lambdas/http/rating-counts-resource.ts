/** Shows ratings in the API. Models and techniques have the same ones. */
import type { RatingCountsResource } from "../../domain/schemas/api/ratings";
import { meanRating, type RatingCounts } from "../../domain/schemas/rating";

/** Returns the numbers of ratings in their shape of the API. */
export function ratingCountsResource({ poor, neutral, good }: RatingCounts): RatingCountsResource {
  const mean = meanRating({ poor, neutral, good });
  return { poor, neutral, good, ...(mean === undefined ? {} : { mean }) };
}
