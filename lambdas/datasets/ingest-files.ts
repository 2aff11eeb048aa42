/** Reads files that were sent to data sets, and counts them. */
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type IngestedFile, ingestFile } from "../../domain/datasets/ingest-file";
import { datasetLimits } from "../../domain/datasets/limits";
import { sha256Of } from "../../domain/digest";
import type { LineUpAmounts } from "../../domain/schemas/dataset-parts";
import { midiType } from "../../naming/media-types";
import {
  briefVersionsTag,
  datasetFileObjectKey,
  datasetPiecesKey,
  incomingFileKey,
  type OwnedBy,
} from "../../naming/object-keys";
import type { DatasetFiles, PendingFile, ReadFile } from "../stores/dataset-files";
import type { Datasets } from "../stores/datasets";
import type { DatasetFileItem, DatasetItem } from "../stores/items";
import { type ObjectStore, ObjectTooLargeError } from "../stores/objects";
import { TableBusy } from "../stores/table";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { type Settled, withSettled } from "./count-files";

/** A file that has arrived in the work bucket. */
export interface ArrivedFile {
  /** The message that told of it. */
  readonly messageId: string;
  readonly dataset: OwnedBy;
  readonly sha256: string;
}

export interface IngestFilesParams {
  readonly files: readonly ArrivedFile[];
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "find" | "settle">;
  readonly work: Pick<ObjectStore, "read" | "delete">;
  readonly artifacts: Pick<ObjectStore, "write">;
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
      // A URL is given for a file that is written down. So this one is written down a moment later, or never.
      log.warn("a file arrived that nobody offered", { dataset: dataset.id, sha256 });
      failed.add(sha256);
    } else if (file.state !== "PENDING") over.push(sha256);
    else {
      try {
        const read = await readFile(params, dataset, file);
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
async function readFile(
  { work, artifacts, log }: IngestFilesParams,
  dataset: OwnedBy,
  pending: PendingFile,
): Promise<ReadFile | undefined> {
  const { sha256, path, tags } = pending;
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
  const ingested = ingestFile(bytes, { path, tags });
  await keep(artifacts, dataset, bytes, ingested);
  const { schemaVersion, kind } = pending;
  const common = { schemaVersion, kind, sha256, path, tags, bytes: bytes.length };
  return ingested.state === "REJECTED"
    ? { ...common, state: "REJECTED", code: ingested.code, reason: ingested.reason }
    : {
        ...common,
        state: "ACCEPTED",
        notesSha256: ingested.notesSha256,
        bars: { ...ingested.barsByMetre },
        lineUps: amountsOf(ingested),
      };
}

function amountsOf({ lineUps, pieces }: Extract<IngestedFile, { state: "ACCEPTED" }>): LineUpAmounts {
  return Object.fromEntries(
    lineUps.map((lineUp) => {
      const given = pieces.lineUps[lineUp] ?? [];
      return [lineUp, { files: 1, pieces: given.length, bars: given.reduce((sum, { bars }) => sum + bars, 0) }];
    }),
  );
}

/**
 * Keeps the bytes of a file and what was read from it. A rejected file is kept if it could be read: a person's word on
 * its tracks, or a later rule, may find pieces in it.
 */
async function keep(
  artifacts: Pick<ObjectStore, "write">,
  dataset: OwnedBy,
  bytes: Uint8Array,
  ingested: IngestedFile,
): Promise<void> {
  if (ingested.report === undefined) return;
  const { sha256, report } = ingested;
  // A message that comes twice writes both again.
  const tags = { [briefVersionsTag.key]: briefVersionsTag.value };
  const pieces = ingested.state === "ACCEPTED" ? ingested.pieces : undefined;
  const body = gzipSync(JSON.stringify({ schemaVersion: 1, report, ...(pieces === undefined ? {} : { pieces }) }));
  await artifacts.write({ key: datasetFileObjectKey(dataset, sha256), body: bytes, contentType: midiType, tags });
  await artifacts.write({ key: datasetPiecesKey(dataset, sha256), body, contentType: "application/gzip", tags });
}

const maxTries = 10;

/** Writes down what files became. Those that another delivery wrote down meanwhile are left out. */
async function settle(
  { datasets, datasetFiles, metrics, log }: IngestFilesParams,
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
    left = left.filter(({ read }) => known.get(read.sha256)?.state === "PENDING");
  }
}
