import { defaultDatasetId } from "../../naming/resource-names";
import { Problem } from "../problems/problem";
import type { Catalogues } from "../stores/catalogues";
import type { CatalogueItem } from "../stores/items";

/**
 * Returns the catalogue of a data set, by default the stock data set's.
 * @throws Problem DATASET_NOT_FOUND 422; DATASET_NOT_READY 503 while the stock data set has not been seeded
 */
export async function loadCatalogue(catalogues: Catalogues, datasetId: string | undefined): Promise<CatalogueItem> {
  const id = datasetId ?? defaultDatasetId;
  const catalogue = /^[a-z0-9-]{1,64}$/.test(id) ? await catalogues.get(id) : undefined;
  if (catalogue !== undefined) return catalogue;
  if (id === defaultDatasetId) {
    const detail =
      "The stock data set has not been built yet. A local cloud builds it in the background. Try again in a while.";
    throw new Problem("DATASET_NOT_READY", { detail, retryAfterSeconds: 15 });
  }
  throw new Problem("DATASET_NOT_FOUND", {
    detail: `There is no data set ${JSON.stringify(id)}.`,
    errors: [{ pointer: "/datasetId", reason: "does not exist", value: id, allowed: defaultDatasetId }],
  });
}
