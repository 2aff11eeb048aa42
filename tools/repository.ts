import { join, resolve } from "node:path";

/** The folder of this checkout. */
export const repository = resolve(__dirname, "..");

/** Where the stock data sets are built: shared by all local clouds of a checkout, because building one takes minutes. */
export const datasetCache = join(repository, ".cache", "datasets");
