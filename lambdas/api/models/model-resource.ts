/** Shows models in the API. */
import type { ModelResource } from "../../../domain/schemas/api/models";
import type { ModelItem, StockModelItem } from "../../stores/items";

/** Returns the model in its shape of the API. */
export function modelResource(item: ModelItem | StockModelItem): ModelResource {
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
    limits,
  };
}
