import { isStockDatasetId } from "../../../naming/resource-names";
import type { OwnMusic } from "../datasets/own-music";
import { trainingTexts } from "../texts/en-training";

/** Returns what people call a data set. One that is not there any more has its id alone. */
export const datasetName = (id: string, own: readonly OwnMusic[]): string =>
  isStockDatasetId(id)
    ? trainingTexts.create.datasets[id].label
    : (own.find(({ dataset }) => dataset.id === id)?.dataset.name ?? id);
