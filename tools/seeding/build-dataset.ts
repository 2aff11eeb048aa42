import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { StockDatasetId } from "../../naming/resource-names";
import { runToEnd } from "../processes/run-to-end";
import { environmentPython, findPython, makeEnvironments, type PythonEnvironment } from "../python/environments";
import { datasetCache, repository } from "../repository";
import { committedDataset, isDatasetBuilt } from "./stock-dataset";

/** The data sets that a checkout builds, with the programs that do it. */
const builders = {
  "bach-chorales": "build_bach_chorales.py",
  "string-quartets": "build_string_quartets.py",
} as const satisfies Partial<Record<StockDatasetId, string>>;
export type BuiltDatasetId = keyof typeof builders;

/**
 * Builds a stock data set, if this checkout has not built it yet, in an environment that has music21 and nothing of
 * the trainer. `npm run seed` calls it, and so does the preparation of the tests, so that each fresh clone of CI builds
 * the chorales as a deployer does who has trained nothing.
 *
 * @throws Error if the data set that was built is not the one of the committed manifest
 */
export async function buildStockDataset(id: BuiltDatasetId, report: (line: string) => void): Promise<void> {
  if (isDatasetBuilt(datasetCache, committedDataset(repository, id))) return;
  await buildDataset({ id, cache: datasetCache, environment: "dataset", report });
}

/**
 * Builds a stock data set into `cache` from the corpus of the installed music21. It first makes the Python environment
 * if there is none yet.
 *
 * @throws Error if the data set that was built is not the one of the committed manifest
 */
export async function buildDataset(params: {
  readonly id: BuiltDatasetId;
  readonly cache: string;
  /** `dataset` has music21 alone. The trainer's has it, too, and serves the local cloud, which makes it anyway. */
  readonly environment: Extract<PythonEnvironment, "dataset" | "training">;
  readonly report: (line: string) => void;
  readonly logFile?: string;
  readonly signal?: AbortSignal;
}): Promise<void> {
  const { id, cache, environment, report, logFile, signal } = params;
  const ended = signal === undefined ? {} : { signal };
  await makeEnvironments({ names: [environment], python: findPython(), report, ...ended });
  // music21 keeps a folder among the system's temporary files. This one is deleted with the rest.
  const temporary = join(cache, "tmp");
  mkdirSync(temporary, { recursive: true });
  await runToEnd({
    name: "the data set's builder",
    environment: { ...process.env, TMPDIR: temporary },
    command: environmentPython(environment),
    args: [join(repository, "datasets", builders[id]), cache],
    cwd: repository,
    report,
    ...(logFile === undefined ? {} : { logFile }),
    ...ended,
  });
  rmSync(temporary, { recursive: true, force: true });
}
