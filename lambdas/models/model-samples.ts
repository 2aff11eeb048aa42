/**
 * Finds the pieces that a model plays. Those of a stock model came with it. Those of a user's model are the last samples
 * of its training job, and are deleted with the job.
 */
import {
  type OwnedBy,
  parseSampleFile,
  parseStockSampleKey,
  samplesFolder,
  stockSamplesPrefix,
  trainingJobPrefix,
} from "../../naming/object-keys";
import { notFound } from "../problems/problem";
import type { ModelItem, StockModelItem } from "../stores/items";
import type { Models, StockModels } from "../stores/models";
import type { ObjectStore } from "../stores/objects";

export interface ModelSample {
  readonly melodyId: string;
  /** The number of epochs that were complete when it was made; absent if the finished model played it. */
  readonly epoch?: number;
  readonly key: string;
}

/** The maximum number of objects that are read of a job's list of samples. No job leaves so many. */
const maxSamples = 20_000;
/** The maximum number of samples of a stock model. There are as many as its recipe has melodies. */
const maxStockSamples = 100;

export interface ModelSamplesParams {
  readonly owned: OwnedBy;
  readonly models: Pick<Models, "get">;
  readonly stockModels: Pick<StockModels, "get">;
  readonly files: Pick<ObjectStore, "list">;
}

export interface SampledModel {
  readonly model: ModelItem | StockModelItem;
  /** The samples, sorted by melody. */
  readonly samples: readonly ModelSample[];
}

/** Returns one of the user's models, or a stock model, with its samples. @throws Problem NOT_FOUND */
export async function modelWithSamples(params: ModelSamplesParams): Promise<SampledModel> {
  const { owned, models, stockModels, files } = params;
  const own = await models.get(owned);
  if (own !== undefined) {
    const prefix = `${trainingJobPrefix({ sub: own.sub, id: own.trainingJobId })}${samplesFolder}`;
    return { model: own, samples: lastSamples(await files.list(prefix, maxSamples)) };
  }
  const stock = await stockModels.get(owned.id);
  if (stock === undefined) throw notFound("model", owned.id);
  const found = await files.list(stockSamplesPrefix(stock), maxStockSamples);
  const samples = found.flatMap(({ key }): ModelSample[] => {
    const melodyId = parseStockSampleKey(key);
    return melodyId === undefined ? [] : [{ melodyId, key }];
  });
  return { model: stock, samples };
}

/** Returns the samples of the last epoch that has any. Keys are listed in the order of epochs up to the 9,999th. */
function lastSamples(objects: readonly { readonly key: string }[]): readonly ModelSample[] {
  const samples = objects.flatMap(({ key }) => {
    const sample = parseSampleFile(key);
    return sample === undefined ? [] : [{ ...sample, key }];
  });
  const last = samples.reduce((latest, { epoch }) => Math.max(latest, epoch), 0);
  return samples.filter(({ epoch }) => epoch === last);
}
