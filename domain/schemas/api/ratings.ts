import * as z from "zod";
import { techniqueIds } from "../../../naming/resource-names";
import { ratingSchema } from "../rating";

export const rateCompositionSchema = z
  .strictObject({ rating: ratingSchema.meta({ description: "How the piece sounds to you." }) })
  .meta({ id: "RateComposition" });

const countSchema = z.int().min(0);

export const ratingCountsSchema = z
  .object({
    poor: countSchema,
    neutral: countSchema,
    good: countSchema,
    mean: z.number().min(0).max(2).optional().meta({
      description: "The mean, of which poor counts 0, neutral 1 and good 2. It is absent until there is a rating.",
    }),
  })
  .meta({
    id: "Ratings",
    description:
      "The numbers of compositions by the rating that their owners gave: of everyone's for a technique or a stock model, of " +
      "yours for a model of your own. They stay when compositions are deleted. A stock model whose file is replaced begins with " +
      "none.",
  });
export type RatingCountsResource = z.infer<typeof ratingCountsSchema>;

export const techniqueRatingListSchema = z
  .object({ items: z.array(z.object({ technique: z.enum(techniqueIds), ratings: ratingCountsSchema })) })
  .meta({ id: "TechniqueRatingList" });
