/**
 * How a user rates a composition. The words and their order are those of the Bach Doodle, so that ratings can be compared
 * with its data set: https://magenta.github.io/bach-doodle-visualization/dataset.html.
 */
import * as z from "zod";

/** The ratings, the worst first. */
export const ratings = ["poor", "neutral", "good"] as const;
export const ratingSchema = z.enum(ratings);
export type Rating = z.infer<typeof ratingSchema>;

/** The numbers of compositions by their rating. */
export type RatingCounts = Readonly<Record<Rating, number>>;

/**
 * Returns the mean of ratings, of which poor counts 0, neutral 1 and good 2, as in the Bach Doodle's data set; undefined if
 * there is none.
 */
export function meanRating(counts: RatingCounts): number | undefined {
  const total = ratings.reduce((sum, rating) => sum + counts[rating], 0);
  if (total <= 0) return undefined;
  return ratings.reduce((sum, rating, value) => sum + value * counts[rating], 0) / total;
}
