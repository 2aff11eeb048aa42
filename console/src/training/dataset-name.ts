import { isStockDatasetId } from "../../../naming/resource-names";
import { trainingTexts } from "../texts/en-training";

/** Returns what people call a data set. */
export const datasetName = (id: string): string =>
  isStockDatasetId(id) ? trainingTexts.create.datasets[id].label : id;
