/** Finds the catalogue of the data that a request for a training names: of a stock data set, or of its user's own. */
import type { OpenedCatalogue } from "../../domain/datasets/catalogue-file";
import { datasetsOnRequest, defaultDatasetId, isStockDatasetId, stockDatasetIds } from "../../naming/resource-names";
import { Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import { type Catalogues, OutdatedCatalogueError } from "../stores/catalogues";
import type { DatasetVersions } from "../stores/dataset-versions";
import type { Datasets } from "../stores/datasets";
import type { DatasetVersionItem } from "../stores/items";

/** The stores in which data sets are looked for. */
export interface CataloguePorts {
  readonly catalogues: Catalogues;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetVersions: Pick<DatasetVersions, "get" | "list">;
}

/** Which data set a request of a user names, and where. */
export interface DatasetChoice {
  readonly sub: string;
  /** The default is the stock data set of Bach's chorales. */
  readonly datasetId?: string | undefined;
  /** The version of the user's own data set. The default is the latest that is ready. */
  readonly versionId?: string | undefined;
  /** What stands before the names of the fields in errors. */
  readonly at?: "/" | "?";
}

/**
 * Returns the catalogue of the data set.
 * @throws Problem DATASET_NOT_FOUND 422, also for another user's; VERSION_NOT_FOUND 422; DATASET_NOT_READY 503 while a
 * stock data set has not been seeded
 */
export async function loadCatalogue(ports: CataloguePorts, choice: DatasetChoice): Promise<OpenedCatalogue> {
  const { catalogues } = ports;
  const { datasetId = defaultDatasetId, versionId, at = "/" } = choice;
  if (!isStockDatasetId(datasetId)) {
    return await catalogues.ofVersion(await ownVersion(ports, { ...choice, datasetId, at }));
  }
  if (versionId !== undefined) {
    throw new Problem("VERSION_NOT_FOUND", {
      detail: `The data set ${datasetId} comes with the software, and is trained on as it is.`,
      errors: [
        {
          pointer: `${at}versionId`,
          reason: "is given beside a stock data set",
          ...shortValue(versionId),
          allowed: "no such field",
        },
      ],
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

/** Returns the version of one of the user's own data sets. */
async function ownVersion(
  { datasets, datasetVersions }: CataloguePorts,
  {
    sub,
    datasetId,
    versionId,
    at,
  }: Required<Pick<DatasetChoice, "sub" | "at">> & {
    readonly datasetId: string;
    readonly versionId?: string | undefined;
  },
): Promise<DatasetVersionItem> {
  const dataset = await datasets.get({ sub, id: datasetId });
  if (dataset === undefined) {
    const allowed = `${stockDatasetIds.join(", ")}, or the id of one of your data sets`;
    throw new Problem("DATASET_NOT_FOUND", {
      detail: `There is no data set ${JSON.stringify(datasetId)}.`,
      errors: [{ pointer: `${at}datasetId`, reason: "does not exist", ...shortValue(datasetId), allowed }],
    });
  }
  const versions =
    versionId === undefined
      ? await datasetVersions.list(dataset)
      : [await datasetVersions.get({ dataset, versionId })].filter((version) => version !== undefined);
  const ready = versions.find(({ state }) => state === "READY");
  if (ready !== undefined) return ready;
  const [given] = versions;
  const allowed = "the id of a version that is READY; POST /datasets/{datasetId}/versions makes one";
  if (versionId === undefined) {
    throw new Problem("VERSION_NOT_FOUND", {
      detail: `The data set ${datasetId} has no version that is ready.`,
      errors: [
        { pointer: `${at}datasetId`, reason: "has no version that is ready", ...shortValue(datasetId), allowed },
      ],
    });
  }
  const reason = given === undefined ? "does not exist" : `is ${given.state}`;
  throw new Problem("VERSION_NOT_FOUND", {
    detail: `The version ${JSON.stringify(versionId)} of the data set ${datasetId} ${reason}.`,
    errors: [{ pointer: `${at}versionId`, reason, ...shortValue(versionId), allowed }],
  });
}
