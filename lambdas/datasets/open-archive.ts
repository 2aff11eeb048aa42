/** Opens an archive that was sent to a data set: reads its directory, and has readers read its files. */
import { setTimeout as wait } from "node:timers/promises";
import { type Archive, type ArchiveListing, listArchive, readEntry } from "../../domain/datasets/archive";
import { type ArchiveFile, filesOfArchive } from "../../domain/datasets/archive-files";
import { datasetLimits } from "../../domain/datasets/limits";
import type { archiveNotTakenCodes, ArchiveRefusalCode } from "../../domain/datasets/rejections";
import { readTagTable, type RefusedTable, type TagTable } from "../../domain/datasets/tags";
import { type Incoming, incomingArchiveKey } from "../../naming/object-keys";
import type { DatasetReadingQueue } from "../aws/dataset-reading-queue";
import type { DatasetFiles } from "../stores/dataset-files";
import type { Datasets } from "../stores/datasets";
import type { ArchiveItem, DatasetItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { isDone } from "../stores/outcome";
import { TableBusy } from "../stores/table";
import type { Log } from "../telemetry/logger";
import { filesOfRange, isRangeRead, noRanges, rangesOf } from "./archive-ranges";
import { withExpected } from "./count-files";

export interface OpenArchiveParams {
  readonly arrived: Incoming;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "replace">;
  readonly work: Pick<ObjectStore, "head" | "readRange" | "delete">;
  readonly queue: DatasetReadingQueue;
  readonly log: Log;
}

/** An archive as it was found: what is in it, or why it is not taken. */
type Opened =
  | { readonly files: readonly ArchiveFile[]; readonly tagsWithoutFile: number; readonly leftOut: number }
  | { readonly code: ArchiveRefusalCode | (typeof archiveNotTakenCodes)[number]; readonly reason: string };

type OpenItem = Extract<ArchiveItem, { state: "PENDING" | "READING" }>;

/** Returns the archive if it is the one that the data set expects or reads. */
function openItem(item: DatasetItem | undefined, sha256: string): OpenItem | undefined {
  const archive = item?.archive;
  if (archive?.sha256 !== sha256) return undefined;
  return archive.state === "PENDING" || archive.state === "READING" ? archive : undefined;
}

/**
 * Opens an archive that has arrived, however often and how late that is told. Its files are counted as expected at once,
 * and what is told a second time is sent to the readers again as far as it was not read.
 * @throws if it is to be tried again
 */
export async function openArchive(params: OpenArchiveParams): Promise<void> {
  const { arrived, datasets, work, log } = params;
  const { dataset, sha256 } = arrived;
  const key = incomingArchiveKey(dataset, sha256);
  const first = openItem(await datasets.get(dataset), sha256);
  if (first === undefined) {
    log.info("an archive that no data set expects", { dataset: dataset.id });
    await work.delete([key]);
    return;
  }
  const head = await work.head(key);
  if (head === undefined) {
    log.warn("an archive is not there any more", { dataset: dataset.id });
    return;
  }
  const opened = await readDirectory(params, first, head);
  const archive = await writeDown(params, opened);
  if (archive?.state === "REFUSED" || archive === undefined) await work.delete([key]);
  else if ("files" in opened) await sendRanges(params, { archive, files: opened.files, etag: head.etag });
}

async function readDirectory(
  { arrived, work }: OpenArchiveParams,
  { tagsFrom }: OpenItem,
  { bytes, etag }: { readonly bytes: number; readonly etag: string },
): Promise<Opened> {
  const { dataset, sha256 } = arrived;
  const key = incomingArchiveKey(dataset, sha256);
  const archive: Archive = {
    bytes,
    readRange: async (start, end) => {
      const range = await work.readRange({ key, start, end, etag });
      if (range === undefined) throw new Error("the archive was removed while it was read");
      return range;
    },
  };
  const listing = await listArchive(archive);
  if (listing.kind === "REFUSED") return listing;
  const table = tagsFrom === "csv" ? await readTable(archive, listing) : undefined;
  const found = filesOfArchive({ sha256, listing, tagsFrom, ...(table === undefined ? {} : { table }) });
  return found.kind === "REFUSED" ? found : { ...found, leftOut: listing.leftOut };
}

/** Returns the archive's table of tags, or undefined if it has none that can be read. */
async function readTable(archive: Archive, { table }: ArchiveListing): Promise<TagTable | RefusedTable | undefined> {
  if (table === undefined) return undefined;
  const read = readEntry(await archive.readRange(table.start, table.end), table);
  return read.kind === "FILE" ? readTagTable(read.bytes) : undefined;
}

const bytesOf = (files: readonly ArchiveFile[]): number =>
  files.reduce((sum, { found }) => sum + ("entry" in found ? found.entry.bytes : 0), 0);

function fullReason({ files, bytes }: DatasetItem, more: readonly ArchiveFile[]): string | undefined {
  const { files: maxFiles, bytes: maxBytes } = datasetLimits;
  const taken = files.pending + files.accepted + files.rejected;
  if (taken + more.length > maxFiles) {
    return `The data set has ${taken} files and the archive ${more.length}; a data set may have at most ${maxFiles}.`;
  }
  const moreBytes = bytesOf(more);
  if (bytes + moreBytes <= maxBytes) return undefined;
  return `The data set has ${bytes} bytes of files and the archive ${moreBytes} unpacked; a data set may have at most ${maxBytes}.`;
}

const maxTries = 10;

/** Writes down what was found. @returns the archive as the row has it now; undefined if it is not expected any more */
async function writeDown(
  { arrived, datasets, datasetFiles }: OpenArchiveParams,
  opened: Opened,
): Promise<ArchiveItem | undefined> {
  for (let tries = 1; tries <= maxTries; tries += 1) {
    const item = await datasets.get(arrived.dataset);
    const archive = openItem(item, arrived.sha256);
    if (item === undefined || archive === undefined || archive.state === "READING") return archive;
    const full = "files" in opened ? fullReason(item, opened.files) : undefined;
    const outcome = await datasetFiles.replace({
      ...{ dataset: item, before: [], after: [] },
      ...("files" in opened && full === undefined
        ? {
            counts: withExpected(item, { files: opened.files.length, bytes: bytesOf(opened.files) }),
            archive: reading(archive, opened),
          }
        : {
            counts: item,
            archive: refused(archive, "code" in opened ? opened : { code: "DATASET_FULL", reason: full ?? "" }),
          }),
    });
    if (isDone(outcome)) return outcome.value.archive;
    await wait(Math.random() * 20 * 2 ** Math.min(tries, 6));
  }
  throw new TableBusy("the data set changed with every try to open an archive");
}

const sentOf = ({ sha256, bytes, tagsFrom, offeredAt }: OpenItem) => ({ sha256, bytes, tagsFrom, offeredAt });

const refused = (
  archive: OpenItem,
  { code, reason }: { readonly code: string; readonly reason: string },
): ArchiveItem => ({
  ...sentOf(archive),
  ...{ state: "REFUSED", code, reason },
});

const reading = (
  archive: OpenItem,
  { files, leftOut, tagsWithoutFile }: Extract<Opened, { readonly files: unknown }>,
): ArchiveItem => ({
  ...sentOf(archive),
  ...{ state: "READING", readRanges: noRanges(files.length) },
  entries: { all: files.length, read: 0, leftOut, tagsWithoutFile },
});

interface SendRangesParams {
  readonly archive: ArchiveItem;
  readonly files: readonly ArchiveFile[];
  readonly etag: string;
}

const sendsAtOnce = 8;

/** Sends each range that is not read to the readers. */
async function sendRanges(
  { arrived: { dataset, sha256 }, queue }: OpenArchiveParams,
  { archive, files, etag }: SendRangesParams,
): Promise<void> {
  if (archive.state !== "READING") return;
  const ranges = Array.from({ length: rangesOf(files.length) }, (_, range) => range);
  const left = ranges.filter((range) => !isRangeRead(archive, range));
  for (let start = 0; start < left.length; start += sendsAtOnce) {
    await Promise.all(
      left.slice(start, start + sendsAtOnce).map(async (range) => {
        const ofRange = files.slice(range * filesOfRange, (range + 1) * filesOfRange);
        await queue.send({
          ...{ schemaVersion: 1, kind: "ARCHIVE_RANGE", sub: dataset.sub, datasetId: dataset.id },
          ...{ archiveSha256: sha256, etag, range, files: [...ofRange] },
        });
      }),
    );
  }
}
