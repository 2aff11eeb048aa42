/** Reads files that were sent to data sets, and counts them. */
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { datasetLimits } from "../../domain/datasets/limits";
import { sha256Of } from "../../domain/digest";
import { incomingFileKey, type OwnedBy } from "../../naming/object-keys";
import type { DatasetFiles, PendingFile, ReadFile } from "../stores/dataset-files";
import type { Datasets } from "../stores/datasets";
import type { DatasetFileItem, DatasetItem } from "../stores/items";
import { type ObjectStore, ObjectTooLargeError } from "../stores/objects";
import { TableBusy } from "../stores/table";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { type Settled, withSettled } from "./count-files";
import { keysOfKept, readFile } from "./read-file";

/** A file that has arrived in the work bucket. */
export interface ArrivedFile {
  /** The message that told of it. */
  readonly messageId: string;
  /** How often the message was delivered, this time included. */
  readonly deliveries: number;
  readonly dataset: OwnedBy;
  readonly sha256: string;
}

export interface IngestFilesParams {
  readonly files: readonly ArrivedFile[];
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "find" | "settle">;
  readonly work: Pick<ObjectStore, "read" | "delete">;
  readonly artifacts: Pick<ObjectStore, "write" | "delete">;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

/**
 * Reads the files, keeps them and their pieces, and counts each of them once, however often, how late and in whatever
 * order messages tell of it.
 * @returns the messages that must be delivered again
 */
export async function ingestFiles(params: IngestFilesParams): Promise<readonly string[]> {
  const byDataset = new Map<string, ArrivedFile[]>();
  for (const file of params.files) {
    const name = `${file.dataset.sub}/${file.dataset.id}`;
    byDataset.set(name, [...(byDataset.get(name) ?? []), file]);
  }
  const failed: string[] = [];
  for (const arrived of byDataset.values()) {
    try {
      failed.push(...(await ingestInto(params, arrived)));
    } catch (error) {
      params.log.error("files of a data set are left to the next delivery", {
        dataset: arrived[0]?.dataset.id,
        error,
      });
      failed.push(...arrived.map(({ messageId }) => messageId));
    }
  }
  return failed;
}

/** After so many deliveries, which take minutes, a file that the data set does not know was withdrawn. */
const deliveriesOfUnknown = 3;

/** Reads files of one data set. @returns the messages that must be delivered again */
async function ingestInto(params: IngestFilesParams, arrived: readonly ArrivedFile[]): Promise<readonly string[]> {
  const { datasets, datasetFiles, work, log } = params;
  const [{ dataset } = { dataset: undefined }] = arrived;
  if (dataset === undefined) return [];
  const digests = [...new Set(arrived.map(({ sha256 }) => sha256))];
  const keyOf = (sha256: string): string => incomingFileKey(dataset, sha256);
  const item = await datasets.get(dataset);
  if (item === undefined) {
    log.info("files of a data set that is gone", { dataset: dataset.id, files: digests.length });
    await work.delete(digests.map(keyOf));
    return [];
  }
  const known = await datasetFiles.find(dataset, digests);
  const settled: Settled[] = [];
  const over: string[] = [];
  const failed = new Set<string>();
  for (const sha256 of digests) {
    const file = known.get(sha256);
    if (file === undefined) {
      // It is written down a moment later, or its owner has withdrawn it.
      log.warn("a file arrived that the data set does not know", { dataset: dataset.id, sha256 });
      if (Math.max(...arrived.map((file) => (file.sha256 === sha256 ? file.deliveries : 0))) < deliveriesOfUnknown) {
        failed.add(sha256);
      } else over.push(sha256);
    } else if (file.state !== "PENDING") over.push(sha256);
    else {
      try {
        const read = await readArrived(params, dataset, file);
        if (read === undefined) over.push(sha256);
        else settled.push({ pending: file, read });
      } catch (error) {
        log.error("a file is left to the next delivery", { dataset: dataset.id, sha256, error });
        failed.add(sha256);
      }
    }
  }
  await settle(params, item, settled);
  await work.delete([...over, ...settled.map(({ read }) => read.sha256)].map(keyOf));
  return arrived.filter(({ sha256 }) => failed.has(sha256)).map(({ messageId }) => messageId);
}

/**
 * Reads one file, and keeps it with its pieces.
 * @returns undefined if there is nothing to be read; then its owner is asked to send it again when they offer it again
 */
async function readArrived(
  { work, artifacts, log }: IngestFilesParams,
  dataset: OwnedBy,
  pending: PendingFile,
): Promise<ReadFile | undefined> {
  const { sha256 } = pending;
  const bytes = await work
    .read(incomingFileKey(dataset, sha256), datasetLimits.fileBytes.max)
    .catch((error: unknown): undefined => {
      if (!(error instanceof ObjectTooLargeError)) throw error;
      return undefined;
    });
  if (bytes === undefined || sha256Of(bytes) !== sha256) {
    // S3 accepts no other bytes under the URL that was given. Another writer would be a fault of ours.
    log.warn("a file is not there as it was offered", { dataset: dataset.id, sha256 });
    return undefined;
  }
  return (await readFile({ dataset, file: pending, bytes, artifacts })).read;
}

const maxTries = 10;

/** Writes down what files became. Those that another delivery wrote down meanwhile are left out. */
async function settle(
  { datasets, datasetFiles, artifacts, metrics, log }: IngestFilesParams,
  item: DatasetItem,
  settled: readonly Settled[],
): Promise<void> {
  let dataset: DatasetItem | undefined = item;
  let left = settled;
  for (let tries = 1; left.length > 0; tries += 1) {
    const files = left.map(({ read }) => read);
    const outcome = await datasetFiles.settle({ dataset, files, counts: withSettled(dataset, left) });
    if (outcome.kind === "DONE") {
      for (const { state } of files) {
        metrics.record(state === "ACCEPTED" ? "DatasetFilesAccepted" : "DatasetFilesRejected");
      }
      log.info("files were read", { dataset: item.id, files: files.length });
      return;
    }
    if (tries === maxTries) throw new TableBusy("the data set changed with every try to count its files");
    await wait(Math.random() * 20 * 2 ** Math.min(tries, 6));
    dataset = await datasets.get(item);
    // The data set was deleted: whoever deletes it removes what was kept here.
    if (dataset === undefined) return;
    const known: ReadonlyMap<string, DatasetFileItem> = await datasetFiles.find(
      item,
      left.map(({ read }) => read.sha256),
    );
    const withdrawn = left.filter(({ read }) => !known.has(read.sha256)).map(({ read }) => read.sha256);
    await artifacts.delete(keysOfKept(item, withdrawn));
    const isToldOtherwise = ({ pending }: Settled): boolean =>
      !isDeepStrictEqual(known.get(pending.sha256)?.overrides, pending.overrides);
    left = left.filter(({ read }) => known.get(read.sha256)?.state === "PENDING");
    if (left.some(isToldOtherwise))
      throw new TableBusy("the owner of a file said something of its tracks while it was read");
  }
}
