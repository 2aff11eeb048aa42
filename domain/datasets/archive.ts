/**
 * Reads ZIP archives of MIDI files by ranges: first the directory, which says of each entry where it lies and why it is
 * not taken, then each entry by itself. So nothing is unpacked to a disk, several workers can share an archive, and what
 * is kept in memory does not grow with what an archive claims to hold.
 */
import { crc32, inflateRawSync } from "node:zlib";
import * as yauzl from "yauzl";
import { checkPath, isOfSystem, shownText } from "./file-paths";
import { datasetLimits } from "./limits";
import type { ArchiveRefusalCode, EntryRejectionCode, Rejection } from "./rejections";

/** Returns the bytes from `start` up to, but without, `end`, which lies within the archive. */
export type ReadRange = (start: number, end: number) => Promise<Uint8Array>;

export interface Archive {
  readonly bytes: number;
  readonly readRange: ReadRange;
}

/** A file in an archive, with all that a worker needs to read it. It is plain JSON. */
export interface ArchiveEntry {
  readonly path: string;
  /** The range in which it lies, from its own header on. */
  readonly start: number;
  readonly end: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly isPacked: boolean;
  readonly crc32: number;
}

export interface RejectedEntry extends Rejection {
  /** The path as the archive has it, cut to the length of paths, and with what cannot be seen written as code points. */
  readonly path: string;
}

export interface ArchiveListing {
  readonly kind: "LISTED";
  readonly entries: readonly ArchiveEntry[];
  readonly rejected: readonly RejectedEntry[];
  /** The number of folders, and of files that a system made. */
  readonly leftOut: number;
  /** The table of tags: `tags.csv`, at the top or in the one folder that holds everything. */
  readonly table?: ArchiveEntry;
}

export interface ArchiveRefusal {
  readonly kind: "REFUSED";
  readonly code: ArchiveRefusalCode;
  /** A whole sentence for the archive's owner. */
  readonly reason: string;
}

const refused = (code: ArchiveRefusalCode, reason: string): ArchiveRefusal => ({ kind: "REFUSED", code, reason });

const blockBytes = 1_048_576;

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** Gives yauzl, which asks for a few bytes at a time, what it asks for from blocks. It keeps two of them. */
class BlockReader extends yauzl.RandomAccessReader {
  /** What `readRange` threw, which is no fault of the archive. */
  failure: Error | undefined;
  readonly #blocks = new Map<number, Promise<Uint8Array>>();

  constructor(private readonly archive: Archive) {
    super();
  }

  async #block(index: number): Promise<Uint8Array> {
    const start = index * blockBytes;
    const end = Math.min(start + blockBytes, this.archive.bytes);
    const known = this.#blocks.get(index);
    if (known !== undefined) return await known;
    const block = this.archive.readRange(start, end);
    this.#blocks.set(index, block);
    const [oldest] = this.#blocks.keys();
    if (this.#blocks.size > 2 && oldest !== undefined) this.#blocks.delete(oldest);
    try {
      const { length } = await block;
      if (length !== end - start)
        throw new Error(`bytes ${start} to ${end} of the archive were read as ${length} bytes`);
    } catch (error) {
      this.failure = asError(error);
      throw error;
    }
    return await block;
  }

  async #copy(buffer: Buffer, offset: number, length: number, position: number): Promise<void> {
    if (position + length > this.archive.bytes) throw new Error("it ends too early");
    for (let done = 0; done < length;) {
      const index = Math.floor((position + done) / blockBytes);
      const from = position + done - index * blockBytes;
      const part = (await this.#block(index)).subarray(from, from + length - done);
      buffer.set(part, offset + done);
      done += part.length;
    }
  }

  // The callback runs outside the promise: what it throws is not an error of reading.
  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#copy(buffer, offset, length, position).then(
      () => setImmediate(callback, null),
      (error: unknown) => setImmediate(callback, asError(error)),
    );
  }
}

const yauzlOptions = {
  // yauzl gives up the whole archive at one bad name or size. We reject such an entry, and read the others.
  ...{ decodeStrings: false, validateEntrySizes: false },
  ...{ lazyEntries: true, autoClose: false },
} as const;

/** Longer directories are none of MIDI files: 20,000 entries with paths of 255 bytes have 6 MB. */
const maxDirectoryBytes = 33_554_432;
const directoryHeaderBytes = 46;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Returns the name of an entry. Many programs write UTF-8 without saying so, and no other text is likely to be valid. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: yauzl.Entry): string {
  try {
    return utf8.decode(fileNameRaw);
  } catch {
    return yauzl.getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
  }
}

const fileTypeMask = 0o170_000;
/** Not stated, a file, a folder. */
const plainTypes: readonly number[] = [0, 0o100_000, 0o040_000];
const isPlain = ({ externalFileAttributes }: yauzl.Entry): boolean =>
  plainTypes.includes((externalFileAttributes >>> 16) & fileTypeMask);

const stored = 0;
const deflated = 8;
const localHeaderBytes = 30;
/** The header beside an entry has a name and an extra field, whose lengths the directory does not tell. */
const maxLocalHeaderBytes = localHeaderBytes + 2 * 65_535;

const rejection = (code: EntryRejectionCode, reason: string): Rejection => ({ code, reason });

/** Returns why an entry is not read; undefined if it is. */
function whyNotRead(entry: yauzl.Entry, maxBytes: number, archiveBytes: number): Rejection | undefined {
  const { compressedSize: packed, uncompressedSize: unpacked, compressionMethod: method } = entry;
  const { packedRatio } = datasetLimits;
  if (!isPlain(entry)) return rejection("ENTRY_IS_A_LINK", "The entry is a link or a device, not a file.");
  if (entry.isEncrypted()) return rejection("ENTRY_ENCRYPTED", "The entry is encrypted: pack it without a password.");
  if (method !== stored && method !== deflated) {
    const reason = `The entry is packed by the method ${method}; it must be 0 (stored) or 8 (deflate).`;
    return rejection("ENTRY_METHOD_NOT_SUPPORTED", reason);
  }
  if (Math.max(unpacked, packed) > maxBytes) {
    const reason = `The entry has ${Math.max(unpacked, packed)} bytes; at most ${maxBytes} are allowed.`;
    return rejection("ENTRY_TOO_LARGE", reason);
  }
  if (unpacked > packedRatio * packed) {
    const reason = `The entry has ${packed} bytes, which become ${unpacked}; at most ${packedRatio} times as many are allowed.`;
    return rejection("ENTRY_PACKED_TOO_WELL", reason);
  }
  if (method === stored && packed !== unpacked) {
    return damaged(`it is stored in ${packed} bytes, and is said to have ${unpacked}`);
  }
  if (entry.relativeOffsetOfLocalHeader + localHeaderBytes + packed > archiveBytes) {
    return damaged("it would lie behind the end of the archive");
  }
  return undefined;
}

const damaged = (what: string): Rejection => rejection("ENTRY_DAMAGED", `The entry cannot be read: ${what}.`);

const tableName = "tags.csv";
const isTable = (path: string): boolean => path.split("/").at(-1)?.toLowerCase() === tableName;

/** Returns where an entry of the directory lies, why it is not taken, or undefined if it is left out. */
function sortEntry(entry: yauzl.Entry, archiveBytes: number): ArchiveEntry | RejectedEntry | undefined {
  const name = nameOf(entry);
  if (name.endsWith("/") || isOfSystem(name)) return undefined;
  const checked = checkPath(name);
  if (checked.kind === "REJECTED") return { path: shownText(name), ...checked.rejection };
  const { path } = checked;
  const { fileBytes, tableBytes } = datasetLimits;
  const found = whyNotRead(entry, isTable(path) ? tableBytes : fileBytes.max, archiveBytes);
  if (found !== undefined) return { path, ...found };
  const start = entry.relativeOffsetOfLocalHeader;
  return {
    ...{ path, start, end: Math.min(start + maxLocalHeaderBytes + entry.compressedSize, archiveBytes) },
    ...{ packedBytes: entry.compressedSize, bytes: entry.uncompressedSize },
    ...{ isPacked: entry.compressionMethod === deflated, crc32: entry.crc32 },
  };
}

/** Ends the range of each entry where the next one begins. Returns undefined if two of them share bytes. */
function separated(entries: readonly ArchiveEntry[]): ArchiveEntry[] | undefined {
  const ordered = [...entries].sort((one, other) => one.start - other.start);
  const ends = new Map<number, number>();
  for (const [index, { start, end, packedBytes }] of ordered.entries()) {
    const next = ordered[index + 1]?.start ?? Infinity;
    if (start + localHeaderBytes + packedBytes > next) return undefined;
    ends.set(start, Math.min(end, next));
  }
  return entries.map((entry) => ({ ...entry, end: ends.get(entry.start) ?? entry.end }));
}

/** Returns the table of tags: it stands at the top, or in the one folder that holds everything. */
function tableOf(entries: readonly ArchiveEntry[]): ArchiveEntry | undefined {
  return entries.find(({ path }) => {
    const folder = path.slice(0, -tableName.length);
    return isTable(path) && entries.every((other) => other.path.startsWith(folder));
  });
}

/**
 * Reads the directory of an archive.
 * @throws what `readRange` throws
 */
export async function listArchive(archive: Archive): Promise<ArchiveListing | ArchiveRefusal> {
  const { archiveBytes } = datasetLimits;
  if (archive.bytes > archiveBytes) {
    return refused("ARCHIVE_TOO_LARGE", `The archive has ${archive.bytes} bytes; at most ${archiveBytes} are allowed.`);
  }
  const reader = new BlockReader(archive);
  try {
    const zip = await yauzl.fromRandomAccessReaderPromise(reader, archive.bytes, yauzlOptions);
    return await listEntries(zip, archive.bytes);
  } catch (error) {
    if (reader.failure !== undefined) throw reader.failure;
    const what = asError(error).message;
    if (what.startsWith("End of central directory")) {
      return refused(
        "ARCHIVE_NOT_A_ZIP",
        "The file is no ZIP archive, or its end is missing: pack it and upload it again.",
      );
    }
    return refused("ARCHIVE_DAMAGED", `The archive's directory cannot be read (${what}): pack it and upload it again.`);
  }
}

async function listEntries(zip: yauzl.ZipFile, archiveBytes: number): Promise<ArchiveListing | ArchiveRefusal> {
  const { archiveEntries, bytes: datasetBytes } = datasetLimits;
  if (zip.entryCount > archiveEntries) {
    const reason = `The archive has ${zip.entryCount} entries; at most ${archiveEntries} are allowed.`;
    return refused("ARCHIVE_TOO_MANY_ENTRIES", reason);
  }
  const found: ArchiveEntry[] = [];
  const rejected: RejectedEntry[] = [];
  let leftOut = 0;
  let directoryBytes = 0;
  let unpackedBytes = 0;
  for await (const entry of zip.eachEntry()) {
    const { fileNameLength, extraFieldLength, fileCommentLength } = entry;
    directoryBytes += directoryHeaderBytes + fileNameLength + extraFieldLength + fileCommentLength;
    if (directoryBytes > maxDirectoryBytes) {
      const reason = `The archive's directory has more than the ${maxDirectoryBytes} bytes that are allowed.`;
      return refused("ARCHIVE_TOO_LARGE", reason);
    }
    const sorted = sortEntry(entry, archiveBytes);
    if (sorted === undefined) leftOut += 1;
    else if ("code" in sorted) rejected.push(sorted);
    else {
      found.push(sorted);
      unpackedBytes += sorted.bytes;
    }
  }
  if (unpackedBytes > datasetBytes) {
    const reason = `The archive's files have ${unpackedBytes} bytes unpacked; at most ${datasetBytes} are allowed.`;
    return refused("ARCHIVE_UNPACKED_TOO_LARGE", reason);
  }
  if (found.length + rejected.length === 0) return refused("ARCHIVE_EMPTY", "The archive has no files.");
  const entries = separated(found);
  if (entries === undefined) {
    return refused("ARCHIVE_OVERLAPPING", "Entries of the archive share bytes, which no program for archives writes.");
  }
  const table = tableOf(entries);
  return {
    ...{ kind: "LISTED", rejected, leftOut, entries: entries.filter((entry) => entry !== table) },
    ...(table !== undefined && { table }),
  };
}

export type ReadEntry =
  { readonly kind: "FILE"; readonly bytes: Uint8Array } | { readonly kind: "REJECTED"; readonly rejection: Rejection };

const localSignature = 0x04_03_4b_50;

const notRead = (what: string): ReadEntry => ({ kind: "REJECTED", rejection: damaged(what) });

/** Returns an entry's bytes from those of its range, which is read by one call. */
export function readEntry(
  range: Uint8Array,
  entry: Pick<ArchiveEntry, "packedBytes" | "bytes" | "isPacked" | "crc32">,
): ReadEntry {
  const view = new DataView(range.buffer, range.byteOffset, range.byteLength);
  if (range.length < localHeaderBytes || view.getUint32(0, true) !== localSignature) {
    return notRead("there is no entry at its place in the archive");
  }
  const start = localHeaderBytes + view.getUint16(26, true) + view.getUint16(28, true);
  const packed = range.subarray(start, start + entry.packedBytes);
  if (packed.length < entry.packedBytes) return notRead("it reaches into the next entry");
  let bytes: Uint8Array = packed;
  if (entry.isPacked) {
    try {
      bytes = inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.bytes) });
    } catch {
      return notRead(`what is packed is damaged, or has more than the ${entry.bytes} bytes that it is said to have`);
    }
  }
  if (bytes.length !== entry.bytes) return notRead(`it has ${bytes.length} bytes, and is said to have ${entry.bytes}`);
  if (crc32(bytes) !== entry.crc32) return notRead("its check sum (CRC-32) is not that of its bytes");
  const isArchive =
    bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) === localSignature;
  if (isArchive) {
    return {
      kind: "REJECTED",
      rejection: rejection("ENTRY_IS_AN_ARCHIVE", "The entry is an archive itself: unpack it first."),
    };
  }
  return { kind: "FILE", bytes };
}
