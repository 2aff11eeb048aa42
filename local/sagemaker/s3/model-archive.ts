import { createReadStream, createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { type Entry, type Extract, extract, type Pack, pack } from "tar-stream";
import { checkedRelativePath, type FolderFile, listFolder } from "./s3-objects";

/**
 * The maximum number of bytes that an archive may unpack to, because a hostile archive can unpack to any size. The largest disk of a
 * serverless endpoint has 5 GB.
 */
const maxUnpackedBytes = 5 * 1024 ** 3;
const maxFiles = 100_000;
/** The maximum number of bytes between the contents of two files: headers, long names, padding. tar-stream keeps them in memory. */
const maxHeaderBytes = 1024 ** 2;

/**
 * Packs the plain files of a folder as `.tar.gz` (POSIX; owner root, mode 0644; names relative, as they are below the
 * folder).
 *
 * @returns how many files were packed; with none, no archive is written
 * @throws Error when a file becomes shorter while it is packed
 */
export async function packFolder(folder: string, archive: string): Promise<number> {
  const files = await listFolder(folder);
  if (files.length === 0) return 0;
  await mkdir(dirname(archive), { recursive: true });
  const packed = pack();
  const [written, read] = await Promise.allSettled([
    pipeline(packed, createGzip(), createWriteStream(archive)),
    packFiles(files, packed),
  ]);
  // If a file cannot be read, the archive has no end either. The first reason is the helpful one.
  if (read.status === "rejected") throw read.reason;
  if (written.status === "rejected") throw written.reason;
  return files.length;
}

async function packFiles(files: readonly FolderFile[], packed: Pack): Promise<void> {
  try {
    for (const { path, absolutePath, bytes, modifiedMilliseconds } of files) {
      const entry = packed.entry({
        name: path,
        size: bytes,
        mtime: new Date(modifiedMilliseconds),
        uname: "root",
        gname: "root",
      });
      // A file that grows while it is packed is cut off at the size that its header announces.
      if (bytes === 0) entry.end();
      else {
        await pipeline(createReadStream(absolutePath, { end: bytes - 1 }), entry).catch((cause: unknown) => {
          throw new Error(`${path} could not be packed: it changed meanwhile, or it cannot be read`, { cause });
        });
      }
    }
    packed.finalize();
  } catch (error) {
    packed.destroy();
    throw error;
  }
}

/**
 * Unpacks a `.tar.gz` into a folder.
 *
 * @throws Error for a name that would leave the folder, a link or device, a broken archive, or one that is too large;
 *   files that came before it stay
 */
export async function unpackArchive(archive: string, folder: string): Promise<void> {
  const entries = extract({ allowUnknownFormat: true });
  const headers = new HeaderLimit();
  const [read, written] = await Promise.allSettled([
    pipeline(createReadStream(archive), createGunzip(), headers, entries),
    unpackEntries(entries, folder, headers),
  ]);
  // A refused entry ends the reading as well, and then it is the reason. If the reading ends first, an entry
  // may learn only that it has ended.
  if (written.status === "rejected" && !isOnlyDestroyed(written.reason)) throw readable(written.reason);
  if (read.status === "rejected") throw readable(read.reason);
  if (written.status === "rejected") throw written.reason;
}

async function unpackEntries(entries: Extract, folder: string, headers: HeaderLimit): Promise<void> {
  let files = 0;
  let unpacked = 0;
  for await (const entry of entries) {
    headers.startAgain();
    const { name, type, size = 0 } = entry.header;
    if (!Number.isSafeInteger(size) || size < 0) throw new Error("the archive is broken: a size is not a number");
    unpacked += size;
    files += 1;
    if (unpacked > maxUnpackedBytes || files > maxFiles) throw new Error("the archive is too large");
    if (type === "directory") {
      if (name !== "./" && name !== ".") checkedRelativePath(withoutDot(name).replace(/\/$/, ""));
      entry.resume();
      continue;
    }
    if (type !== "file") throw new Error(`'${name}' is a link or a device, which an archive may not hold`);
    const target = join(folder, checkedRelativePath(withoutDot(name)));
    await mkdir(dirname(target), { recursive: true });
    await pipeline(contentOf(entry, headers), createWriteStream(target, { mode: 0o644 }));
  }
}

async function* contentOf(entry: Entry, headers: HeaderLimit): AsyncGenerator<Buffer> {
  for await (const chunk of entry) {
    headers.startAgain();
    yield chunk;
  }
}

/** Ends the reading of an archive with more than {@link maxHeaderBytes} after the last byte of a file. */
class HeaderLimit extends Transform {
  private bytes = 0;

  startAgain(): void {
    this.bytes = 0;
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error: Error | null, data?: Buffer) => void,
  ): void {
    this.bytes += chunk.length;
    if (this.bytes > maxHeaderBytes) done(new Error("the archive has an oversized header"));
    else done(null, chunk);
  }
}

/**
 * Returns a name without a leading `./`: GNU tar writes `./model.onnx` for the files of the folder in which it was
 * called.
 */
function withoutDot(name: string): string {
  return name.startsWith("./") ? name.slice(2) : name;
}

/** Returns true if a stream of tar-stream says only that somebody ended it. */
function isOnlyDestroyed(problem: unknown): boolean {
  return problem instanceof Error && problem.message === "Stream was destroyed";
}

/** Returns the reason of a failure in our words, if tar-stream found the failure. */
function readable(problem: unknown): unknown {
  if (typeof problem !== "object" || problem === null || !("message" in problem)) return problem;
  const { message } = problem;
  if (message === "Unexpected end of data")
    return new Error("the archive is broken: it ends too early", { cause: problem });
  if (typeof message === "string" && message.startsWith("Invalid tar header")) {
    return new Error("the archive is broken: a checksum does not fit", { cause: problem });
  }
  return problem;
}
