import { techniqueIds } from "../../../naming/resource-names";
import { requireNoQuery } from "../../http/query-names";
import { ratingCountsResource } from "../../http/rating-counts-resource";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import type { Ratings } from "../../stores/ratings";

export interface ListTechniqueRatingsParams {
  readonly request: Request;
  readonly ratings: Pick<Ratings, "ofTechnique">;
}

/** Lists the ratings of each technique, by all users and with all models. */
export async function listTechniqueRatings({ request, ratings }: ListTechniqueRatingsParams): Promise<Response> {
  request.subject();
  requireNoQuery(request);
  const items = await Promise.all(
    techniqueIds.map(async (technique) => ({
      technique,
      ratings: ratingCountsResource(await ratings.ofTechnique(technique)),
    })),
  );
  return jsonResponse({ status: 200, body: { items } });
}
