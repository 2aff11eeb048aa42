/** Shows models in the API. */
import { trainedTimeSignature } from "../../../domain/music/time-signatures";
import type { ModelResource } from "../../../domain/schemas/api/models";
import type { RatingCounts } from "../../../domain/schemas/rating";
import { ratingCountsResource } from "../../http/rating-counts-resource";
import type { ModelItem, StockModelItem } from "../../stores/items";
import { ratingCounts, type Ratings } from "../../stores/ratings";

/** Returns one of the caller's models in its shape of the API. */
export const ownModelResource = (item: ModelItem): ModelResource => modelResource(item, ratingCounts(item));

/** Reads the ratings of a stock model, and returns the model in its shape of the API. */
export async function stockModelResource(
  item: StockModelItem,
  ratings: Pick<Ratings, "ofStockModel">,
): Promise<ModelResource> {
  return modelResource(item, await ratings.ofStockModel(item));
}

function modelResource(item: ModelItem | StockModelItem, counts: RatingCounts): ModelResource {
  const { id, name, technique, createdAt, updatedAt, sha256, bytes, metrics, limits } = item;
  const { licence: license, ...dataset } = item.dataset;
  return {
    id,
    name,
    technique,
    stock: !("trainingJobId" in item),
    createdAt,
    updatedAt,
    ...("trainingJobId" in item ? { trainingJobId: item.trainingJobId } : {}),
    sha256,
    bytes,
    metrics,
    dataset: { ...dataset, license },
    timeSignature: trainedTimeSignature(limits) ?? "4/4",
    limits,
    ratings: ratingCountsResource(counts),
  };
}
