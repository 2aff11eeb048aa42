/** What holds of every archive, whatever bytes it has: it is refused, or each of its files is read or rejected. */
import { isDeepStrictEqual } from "node:util";
import {
  type ArchiveEntry,
  type ArchiveListing,
  type ArchiveRefusal,
  listArchive,
  readEntry,
} from "../../domain/datasets/archive";
import { type ArchiveFiles, filesOfArchive } from "../../domain/datasets/archive-files";
import { checkPath } from "../../domain/datasets/file-paths";
import { datasetLimits } from "../../domain/datasets/limits";
import { archiveRefusalCodes, entryRejectionCodes, pathRejectionCodes } from "../../domain/datasets/rejections";
import { readTagTable } from "../../domain/datasets/tags";

const sentence = /^[A-Z"].*\.$/s;
const { archiveEntries, bytes: datasetBytes, fileBytes, tableBytes, packedRatio } = datasetLimits;
const largestRead = 1_048_576;
const rejectionCodes: readonly string[] = [...entryRejectionCodes, ...pathRejectionCodes];

function brokenByEntry(entry: ArchiveEntry, archiveBytes: number, maxBytes: number): string[] {
  const { path, start, end, packedBytes, bytes } = entry;
  const broken: string[] = [];
  const checked = checkPath(path);
  if (checked.kind !== "PATH" || checked.path !== path) broken.push(`the path ${JSON.stringify(path)} is not allowed`);
  if (!(start >= 0 && start < end && end <= archiveBytes)) broken.push(`${start} to ${end} lies outside`);
  if (Math.max(bytes, packedBytes) > maxBytes) broken.push(`it has ${bytes} of ${packedBytes} bytes`);
  if (bytes > packedRatio * packedBytes) broken.push(`${packedBytes} bytes become ${bytes}`);
  return broken;
}

function brokenByListing({ entries, rejected, table }: ArchiveListing, archiveBytes: number): string[] {
  const broken = entries.flatMap((entry) => brokenByEntry(entry, archiveBytes, Math.max(fileBytes.max, tableBytes)));
  if (table !== undefined) broken.push(...brokenByEntry(table, archiveBytes, tableBytes));
  for (const { path, code, reason } of rejected) {
    if (!rejectionCodes.includes(code) || !sentence.test(reason)) broken.push(`${path}: ${code}, ${reason}`);
  }
  if (entries.length + rejected.length > archiveEntries) broken.push("there are too many entries");
  if (entries.reduce((sum, { bytes }) => sum + bytes, 0) > datasetBytes) broken.push("they have too many bytes");
  const ordered = [...entries, ...(table === undefined ? [] : [table])].sort((one, other) => one.start - other.start);
  ordered.forEach(({ end }, index) => {
    if (end > (ordered[index + 1]?.start ?? archiveBytes)) broken.push("two entries share bytes");
  });
  return broken;
}

function brokenByFiles({ files }: ArchiveFiles, listing: ArchiveListing): string[] {
  const broken: string[] = [];
  if (files.length !== listing.entries.length + listing.rejected.length) broken.push("files are missing");
  if (new Set(files.map(({ entrySha256 }) => entrySha256)).size !== files.length) broken.push("two files are one");
  // They travel as messages.
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(files)), files)) broken.push("files are changed by JSON");
  return broken;
}

/** Lists an archive and reads all its files. @throws Error that names the laws that are broken */
export async function checkArchive(bytes: Uint8Array): Promise<ArchiveListing | ArchiveRefusal> {
  const broken: string[] = [];
  const listing = await listArchive({
    bytes: bytes.length,
    readRange: (start, end) => {
      if (!(start >= 0 && start <= end && end <= bytes.length)) broken.push(`it reads ${start} to ${end}`);
      if (end - start > largestRead) broken.push(`it reads ${end - start} bytes at once`);
      return Promise.resolve(bytes.subarray(start, end));
    },
  });
  if (listing.kind === "REFUSED") {
    if (!archiveRefusalCodes.includes(listing.code) || !sentence.test(listing.reason)) broken.push(listing.reason);
  } else {
    broken.push(...brokenByListing(listing, bytes.length));
    const { table } = listing;
    for (const entry of [...listing.entries, ...(table === undefined ? [] : [table])]) {
      const read = readEntry(bytes.subarray(entry.start, entry.end), entry);
      if (read.kind === "FILE") {
        if (read.bytes.length !== entry.bytes) broken.push(`${entry.path} is read as ${read.bytes.length} bytes`);
        if (entry === table) readTagTable(read.bytes);
      } else if (!rejectionCodes.includes(read.rejection.code) || !sentence.test(read.rejection.reason)) {
        broken.push(`${entry.path}: ${read.rejection.reason}`);
      }
    }
    const found = filesOfArchive({ sha256: "0".repeat(64), listing, tagsFrom: "folders" });
    if (found.kind === "FILES") broken.push(...brokenByFiles(found, listing));
    else if (listing.entries.length + listing.rejected.length > 0) broken.push(found.reason);
  }
  if (broken.length > 0) throw new Error(broken.slice(0, 10).join("\n"));
  return listing;
}
