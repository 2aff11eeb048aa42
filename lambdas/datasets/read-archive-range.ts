/** Reads a range of the files of an archive from its own bytes in the bucket. Nothing is unpacked to a place of its own. */
import { setTimeout as wait } from "node:timers/promises";
import { readEntry } from "../../domain/datasets/archive";
import type { ArchiveFile } from "../../domain/datasets/archive-files";
import type { Rejection } from "../../domain/datasets/rejections";
import { sha256Of } from "../../domain/digest";
import { incomingArchiveKey } from "../../naming/object-keys";
import type { ArchiveRangeMessage } from "../aws/dataset-reading-queue";
import type { DatasetFiles, ReadFile } from "../stores/dataset-files";
import type { Datasets } from "../stores/datasets";
import type { ArchiveItem, DatasetFileItem, DatasetItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import type { Log } from "../telemetry/logger";
import type { MetricRecorder } from "../telemetry/metrics";
import { isRangeRead, withRangeRead } from "./archive-ranges";
import { withExpected, withReplaced } from "./count-files";
import { readFile } from "./read-file";

export interface ReadArchiveRangeParams {
  readonly message: ArchiveRangeMessage;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "find" | "replace">;
  readonly work: Pick<ObjectStore, "readRange" | "delete">;
  readonly artifacts: Pick<ObjectStore, "write">;
  readonly log: Log;
  readonly metrics: MetricRecorder;
}

type Reading = Extract<ArchiveItem, { state: "READING" }>;

/** A data set that still reads the range. */
interface Waiting {
  readonly item: DatasetItem;
  readonly archive: Reading;
}

/** An entry's bytes, or why it has none that can be read. */
type Unpacked = { readonly file: ArchiveFile; readonly sha256: string } & (
  { readonly bytes: Uint8Array } | { readonly rejection: Rejection }
);

/**
 * Reads the files of a range, keeps them and their pieces, and counts them once, however often the range is delivered.
 * @throws if it is to be tried again
 */
export async function readArchiveRange(params: ReadArchiveRangeParams): Promise<void> {
  const { message, work, datasetFiles, log } = params;
  const dataset = { sub: message.sub, id: message.datasetId };
  if ((await findWaiting(params)) === undefined) return;
  const unpacked: Unpacked[] = [];
  for (const file of message.files) {
    const one = await unpack(params, file);
    if (one === undefined) {
      log.warn("an archive is not there any more", { dataset: dataset.id });
      return;
    }
    unpacked.push(one);
  }
  const bySha256 = new Map([...unpacked].reverse().map((one) => [one.sha256, one]));
  const known = await datasetFiles.find(dataset, [...bySha256.keys()]);
  const read = new Map<string, ReadFile>();
  for (const one of bySha256.values()) {
    const row = known.get(one.sha256);
    if (row === undefined || row.state === "PENDING") read.set(one.sha256, await become(params, one, row));
  }
  if ((await settle(params, read)) === "LAST") await work.delete([incomingArchiveKey(dataset, message.archiveSha256)]);
}

async function findWaiting({ message, datasets, work, log }: ReadArchiveRangeParams): Promise<Waiting | undefined> {
  const { sub, datasetId, archiveSha256, range } = message;
  const dataset = { sub, id: datasetId };
  const item = await datasets.get(dataset);
  const archive = item?.archive?.sha256 === archiveSha256 ? item.archive : undefined;
  if (item !== undefined && archive?.state === "READING") {
    return isRangeRead(archive, range) ? undefined : { item, archive };
  }
  log.info("a range of an archive that is read, or that no data set reads any more", { dataset: datasetId });
  if (archive?.state !== "PENDING") await work.delete([incomingArchiveKey(dataset, archiveSha256)]);
  return undefined;
}

/** Returns the bytes of a file of the archive; undefined if the archive is not there any more. */
async function unpack({ message, work }: ReadArchiveRangeParams, file: ArchiveFile): Promise<Unpacked | undefined> {
  const { found, entrySha256 } = file;
  if ("rejection" in found) return { file, sha256: entrySha256, rejection: found.rejection };
  const { start, end } = found.entry;
  const key = incomingArchiveKey({ sub: message.sub, id: message.datasetId }, message.archiveSha256);
  const range = await work.readRange({ key, start, end, etag: message.etag });
  if (range === undefined) return undefined;
  const entry = readEntry(range, found.entry);
  return entry.kind === "REJECTED"
    ? { file, sha256: entrySha256, rejection: entry.rejection }
    : { file, sha256: sha256Of(entry.bytes), bytes: entry.bytes };
}

/** Returns what a file becomes. What its owner said of it when they offered it by itself, holds. */
async function become(
  { message, artifacts }: ReadArchiveRangeParams,
  one: Unpacked,
  row: DatasetFileItem | undefined,
): Promise<ReadFile> {
  const { path, tags } = one.file;
  const file = row ?? {
    path,
    tags: Object.fromEntries(Object.entries(tags).map(([tag, values]) => [tag, [...values]])),
  };
  if ("rejection" in one) {
    const { code, reason } = one.rejection;
    const { entrySha256 } = one.file;
    return {
      ...{ schemaVersion: 1, kind: "DATASET_FILE", sha256: entrySha256, path, tags: file.tags, bytes: 0 },
      ...{ state: "REJECTED", code, reason },
    };
  }
  const dataset = { sub: message.sub, id: message.datasetId };
  return (await readFile({ dataset, file, bytes: one.bytes, artifacts })).read;
}

const maxTries = 10;

/** Writes down what the files of the range became. @returns LAST if the whole archive is read now */
async function settle(
  params: ReadArchiveRangeParams,
  read: ReadonlyMap<string, ReadFile>,
): Promise<"LAST" | "MORE" | undefined> {
  const { message, datasetFiles, metrics, log } = params;
  const { files, range } = message;
  const expected = {
    files: -files.length,
    bytes: files.reduce((sum, { found }) => sum - ("entry" in found ? found.entry.bytes : 0), 0),
  };
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const waiting = await findWaiting(params);
    if (waiting === undefined) return undefined;
    const { item, archive } = waiting;
    const known = await datasetFiles.find(item, [...read.keys()]);
    const before = [...known.values()].filter(({ state }) => state === "PENDING");
    const after = [...read.values()].filter(({ sha256 }) => (known.get(sha256)?.state ?? "PENDING") === "PENDING");
    const outcome = await datasetFiles.replace({
      ...{ dataset: item, before, after, archive: withRangeRead(archive, range, files.length) },
      counts: withReplaced(withExpected(item, expected), { before, after }),
    });
    if (isDone(outcome)) {
      for (const { state } of after) {
        metrics.record(state === "ACCEPTED" ? "DatasetFilesAccepted" : "DatasetFilesRejected");
      }
      log.info("files of an archive were read", { dataset: item.id, files: after.length });
      return outcome.value.archive?.state === "READ" ? "LAST" : "MORE";
    }
    await wait(Math.random() * 20 * 2 ** Math.min(tries, 6));
  }
  throw new TableBusy("the data set changed with every try to count the files of an archive");
}
