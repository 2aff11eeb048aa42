import { join, resolve } from "node:path";

/** The folder of this checkout. */
export const repository = resolve(__dirname, "..");

/**
 * The folder in which the stock data sets are built. All local clouds of a checkout share it, because building one
 * takes minutes.
 */
export const datasetCache = join(repository, ".cache", "datasets");
