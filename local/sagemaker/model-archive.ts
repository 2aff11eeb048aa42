import { createReadStream, createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";

import { type FolderFile, checkedRelativePath, listFolder } from "./s3-objects";

const BLOCK = 512;
/** A hostile archive can unpack to anything; the largest disk of a serverless endpoint is 5 GB. */
const LARGEST_UNPACKED_BYTES = 5 * 1024 ** 3;
const MOST_FILES = 100_000;

/**
 * Packs the plain files of a folder as `.tar.gz` (POSIX ustar; owner root, mode 0644; names relative, as they are below
 * the folder).
 *
 * @returns how many files were packed; with none, no archive is written
 * @throws Error for a name that ustar has no room for
 */
export async function packFolder(folder: string, archive: string): Promise<number> {
  const files = await listFolder(folder);
  if (files.length === 0) return 0;
  await mkdir(dirname(archive), { recursive: true });
  await pipeline(Readable.from(tarBlocks(files)), createGzip(), createWriteStream(archive));
  return files.length;
}

async function* tarBlocks(files: readonly FolderFile[]): AsyncGenerator<Buffer> {
  for (const file of files) {
    yield header(file);
    let written = 0;
    // A file that grows while it is packed is cut at the size that its header promises.
    for await (const chunk of file.bytes === 0 ? [] : createReadStream(file.absolutePath, { end: file.bytes - 1 })) {
      if (!Buffer.isBuffer(chunk)) continue;
      written += chunk.length;
      yield chunk;
    }
    if (written !== file.bytes) throw new Error(`${file.path} changed while it was packed`);
    const padding = (BLOCK - (file.bytes % BLOCK)) % BLOCK;
    if (padding > 0) yield Buffer.alloc(padding);
  }
  yield Buffer.alloc(2 * BLOCK);
}

function header(file: FolderFile): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { name, prefix } = splitName(file.path);
  block.write(name, 0, 100);
  block.write("0000644\0", 100, "latin1");
  block.write("0000000\0", 108, "latin1");
  block.write("0000000\0", 116, "latin1");
  block.write(octal(file.bytes, 11), 124, "latin1");
  block.write(octal(Math.floor(file.modifiedMilliseconds / 1_000), 11), 136, "latin1");
  block.write("        0", 148, "latin1");
  block.write("ustar\0" + "00", 257, "latin1");
  block.write("root", 265, "latin1");
  block.write("root", 297, "latin1");
  block.write(prefix, 345, 155);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, "0")}\0`;
}

function splitName(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: "" };
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return { name, prefix };
  }
  throw new Error(`'${path}' is too long a name for an archive`);
}

/**
 * Unpacks a `.tar.gz` into a folder.
 *
 * @throws Error for a name that would leave the folder, a link or device, a broken archive, or one that is too large;
 *   files that came before it stay
 */
export async function unpackArchive(archive: string, folder: string): Promise<void> {
  const source = new BlockReader(createReadStream(archive).pipe(createGunzip()));
  let files = 0;
  let unpacked = 0;
  let longName: string | undefined;
  for (;;) {
    const block = await source.read(BLOCK);
    if (block === undefined || block.every((byte) => byte === 0)) return;
    checkSum(block);
    const bytes = sizeOf(block);
    unpacked += bytes;
    files += 1;
    if (unpacked > LARGEST_UNPACKED_BYTES || files > MOST_FILES) throw new Error("the archive is too large");
    const kind = String.fromCharCode(block[156] ?? 0);
    if (kind === "L" || kind === "x" || kind === "g") {
      if (bytes > 64 * 1024) throw new Error("the archive has an oversized header");
      const content = ((await source.read(bytes)) ?? Buffer.alloc(0)).toString("utf8");
      if (kind === "L") longName = content.replace(/\0.*$/s, "");
      if (kind === "x") longName = /(?:^|\n)\d+ path=(.*)\n/.exec(content)?.[1] ?? longName;
      await source.skip((BLOCK - (bytes % BLOCK)) % BLOCK);
      continue;
    }
    const name = longName ?? nameOf(block);
    longName = undefined;
    if (kind === "5") {
      if (name !== "./" && name !== ".") checkedRelativePath(withoutDot(name).replace(/\/$/, ""));
      continue;
    }
    if (kind !== "0" && kind !== "\0")
      throw new Error(`'${name}' is a link or a device, which an archive may not hold`);
    const target = join(folder, checkedRelativePath(withoutDot(name)));
    await mkdir(dirname(target), { recursive: true });
    await pipeline(Readable.from(source.take(bytes)), createWriteStream(target, { mode: 0o644 }));
    await source.skip((BLOCK - (bytes % BLOCK)) % BLOCK);
  }
}

/** GNU tar writes `./model.onnx` for the files of the folder that it was called in. */
function withoutDot(name: string): string {
  return name.startsWith("./") ? name.slice(2) : name;
}

function textOf(block: Buffer, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return (end === -1 ? field : field.subarray(0, end)).toString("utf8");
}

function nameOf(block: Buffer): string {
  const name = textOf(block, 0, 100);
  const prefix = textOf(block, 257, 5) === "ustar" && block[262] === 0 ? textOf(block, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function sizeOf(block: Buffer): number {
  const text = textOf(block, 124, 12).trim();
  if (!/^[0-7]+$/.test(text)) throw new Error("the archive is broken: a size is not a number");
  return Number.parseInt(text, 8);
}

function checkSum(block: Buffer): void {
  const stated = Number.parseInt(textOf(block, 148, 8).trim(), 8);
  const sum = block.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0);
  if (stated !== sum) throw new Error("the archive is broken: a checksum does not fit");
}

/** Reads exact numbers of bytes from a stream. */
class BlockReader {
  private readonly chunks: AsyncIterator<unknown>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /** @returns nothing at the end of the stream; throws when it ends within the asked bytes */
  async read(bytes: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    for await (const part of this.take(bytes, true)) parts.push(part);
    const whole = Buffer.concat(parts);
    return whole.length === 0 && bytes > 0 ? undefined : whole;
  }

  async skip(bytes: number): Promise<void> {
    await this.read(bytes);
  }

  async *take(bytes: number, mayEnd = false): AsyncGenerator<Buffer> {
    let missing = bytes;
    while (missing > 0) {
      if (this.rest.length === 0) {
        const next = await this.chunks.next();
        if (next.done === true || !Buffer.isBuffer(next.value)) {
          if (mayEnd && missing === bytes) return;
          throw new Error("the archive is broken: it ends too early");
        }
        this.rest = next.value;
        continue;
      }
      const part = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }
}
