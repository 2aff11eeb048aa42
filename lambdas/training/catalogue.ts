import type { OpenedCatalogue } from "../../domain/datasets/catalogue-file";
import { datasetsOnRequest, defaultDatasetId, isStockDatasetId, stockDatasetIds } from "../../naming/resource-names";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import { type Catalogues, OutdatedCatalogueError } from "../stores/catalogues";

/** Which data set a request names, and where. */
export interface DatasetChoice {
  /** The default is the stock data set of Bach's chorales. */
  readonly datasetId?: string | undefined;
  readonly pointer?: string;
}

/**
 * Returns the catalogue of a stock data set.
 * @throws Problem DATASET_NOT_FOUND 422; DATASET_NOT_READY 503 while a stock data set has not been seeded
 */
export async function loadCatalogue(
  catalogues: Catalogues,
  { datasetId = defaultDatasetId, pointer = "/datasetId" }: DatasetChoice,
): Promise<OpenedCatalogue> {
  if (!isStockDatasetId(datasetId)) {
    throw new Problem("DATASET_NOT_FOUND", {
      detail: `There is no data set ${JSON.stringify(datasetId)}.`,
      errors: [{ pointer, reason: "does not exist", ...shortValue(datasetId), allowed: stockDatasetIds.join(", ") }],
    });
  }
  const catalogue = await catalogueOrOutdated(catalogues, datasetId);
  if (catalogue instanceof OutdatedCatalogueError) {
    throw new Problem("DATASET_NOT_READY", { detail: catalogue.message, retryAfterSeconds: 60 });
  }
  if (catalogue === undefined) {
    const detail = isOnRequest(datasetId)
      ? `The data set ${datasetId} is there only where npm start or npm run seed was asked for it by --datasets ${datasetId}.`
      : `The data set ${datasetId} has not been built yet. A local cloud builds it in the background. Try again in a while.`;
    throw new Problem("DATASET_NOT_READY", { detail, retryAfterSeconds: 15 });
  }
  return catalogue;
}

const isOnRequest = (datasetId: string): boolean => datasetsOnRequest.some((id) => id === datasetId);

async function catalogueOrOutdated(
  catalogues: Catalogues,
  datasetId: string,
): Promise<OpenedCatalogue | OutdatedCatalogueError | undefined> {
  try {
    return await catalogues.get(datasetId);
  } catch (error) {
    if (error instanceof OutdatedCatalogueError) return error;
    throw error;
  }
}
