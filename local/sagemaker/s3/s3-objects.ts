import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import pMap from "p-map";

/** The place of an object, or a prefix, in S3. */
export interface S3Location {
  readonly bucket: string;
  /** The key, without a leading slash; it may be empty. */
  readonly key: string;
}

export interface S3Object extends S3Location {
  readonly bytes: number;
}

/** A file of a folder. Its path is relative to the folder, in `/` notation. */
export interface FolderFile {
  readonly path: string;
  readonly absolutePath: string;
  readonly bytes: number;
  readonly modifiedMilliseconds: number;
  readonly inode: number;
}

/**
 * The number of files that are transferred at the same time: enough to hide S3's latency, few enough for one machine.
 */
export const parallelTransfers = { concurrency: 8 } as const;

/**
 * Parses an address.
 * @returns undefined where the text is not of the form `s3://bucket/key`
 */
export function parseS3Uri(uri: string): S3Location | undefined {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  return match?.[1] === undefined ? undefined : { bucket: match[1], key: match[2] ?? "" };
}

/** Returns `prefix` as a folder of S3: with one slash at its end, or empty. */
export function asFolder(prefix: string): string {
  return prefix === "" ? "" : `${prefix.replace(/\/+$/, "")}/`;
}

/** The part of S3 that the platform around a container uses. */
export class S3Objects {
  private readonly client: S3Client;

  constructor(client: S3Client) {
    this.client = client;
  }

  /** Returns all objects whose keys start with `location.key`, or the first `max` of them. */
  async list(location: S3Location, params: { max?: number; signal?: AbortSignal } = {}): Promise<S3Object[]> {
    const { max = Infinity, signal } = params;
    const objects: S3Object[] = [];
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({
          Bucket: location.bucket,
          Prefix: location.key,
          ...(token === undefined ? {} : { ContinuationToken: token }),
          ...(max < 1_000 ? { MaxKeys: max } : {}),
        }),
        abortable(signal),
      );
      for (const { Key, Size } of page.Contents ?? []) {
        if (Key !== undefined) objects.push({ bucket: location.bucket, key: Key, bytes: Size ?? 0 });
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined && objects.length < max);
    return objects;
  }

  async readText(location: S3Location): Promise<string> {
    const { Body } = await this.client.send(new GetObjectCommand({ Bucket: location.bucket, Key: location.key }));
    return (await Body?.transformToString("utf-8")) ?? "";
  }

  async downloadFile(from: S3Location, to: string, signal?: AbortSignal): Promise<void> {
    const { Body } = await this.client.send(
      new GetObjectCommand({ Bucket: from.bucket, Key: from.key }),
      abortable(signal),
    );
    if (!(Body instanceof Readable)) throw new Error(`S3 gave no body for s3://${from.bucket}/${from.key}`);
    await mkdir(dirname(to), { recursive: true });
    await pipeline(Body, createWriteStream(to), ...(signal === undefined ? [] : [{ signal }]));
  }

  async uploadFile(to: S3Location, path: string): Promise<void> {
    const { size } = await stat(path);
    await this.client.send(
      new PutObjectCommand({ Bucket: to.bucket, Key: to.key, Body: createReadStream(path), ContentLength: size }),
    );
  }

  async putBytes(to: S3Location, bytes: Uint8Array): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: to.bucket, Key: to.key, Body: bytes }));
  }

  async remove(bucket: string, keys: readonly string[]): Promise<void> {
    for (let first = 0; first < keys.length; first += 1_000) {
      const response = await this.client.send(
        new DeleteObjectsCommand({
          Bucket: bucket,
          Delete: { Objects: keys.slice(first, first + 1_000).map((Key) => ({ Key })), Quiet: true },
        }),
      );
      const refused = response.Errors?.[0];
      if (refused !== undefined) throw new Error(`S3 did not delete ${refused.Key ?? "?"}: ${refused.Message ?? "?"}`);
    }
  }

  /** Puts every file of `folder` under the prefix `to.key`, which must be empty or end in a slash. */
  async uploadFolder(folder: string, to: S3Location): Promise<number> {
    const files = await listFolder(folder);
    await pMap(
      files,
      async (file) => {
        await this.uploadFile({ bucket: to.bucket, key: `${to.key}${file.path}` }, file.absolutePath);
      },
      parallelTransfers,
    );
    return files.length;
  }
}

/**
 * Returns all plain files below `folder`, sorted. Links are not followed and not listed, and files that disappear
 * meanwhile are left out.
 */
export async function listFolder(folder: string): Promise<FolderFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(missingAsEmpty);
  const files: FolderFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const absolutePath = join(entry.parentPath, entry.name);
    const about = await stat(absolutePath).catch(() => undefined);
    if (about === undefined) continue;
    const path = absolutePath.slice(folder.length + 1);
    files.push({
      path,
      absolutePath,
      bytes: about.size,
      modifiedMilliseconds: about.mtimeMs,
      inode: about.ino,
    });
  }
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Returns the file's bytes, or undefined when it has disappeared. */
export async function readIfPresent(path: string): Promise<Buffer | undefined> {
  return await readFile(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/**
 * Returns the file path that an object gets below a channel's folder: its key without the prefix. As in the service, a
 * prefix that does not end in a slash counts up to its last slash, unless there is a folder of exactly that name.
 * @returns undefined for a key that is a folder marker
 * @throws Error for a key that would leave the folder
 */
export function pathBelowPrefix(key: string, prefix: string): string | undefined {
  const folder = asFolder(prefix);
  const path = key.startsWith(folder) ? key.slice(folder.length) : key.slice(prefix.lastIndexOf("/") + 1);
  if (path === "" || path.endsWith("/")) return undefined;
  return checkedRelativePath(path);
}

/**
 * Returns the path if it is safe.
 * @throws Error for a path that is absolute, leaves its folder, or that file systems do not agree upon
 */
export function checkedRelativePath(path: string): string {
  const unsafe =
    path.startsWith("/") ||
    path.includes("\\") ||
    path.includes("\0") ||
    path.split("/").some((part) => part === "" || part === "." || part === ".." || Buffer.byteLength(part) > 255);
  if (unsafe) throw new Error(`'${path}' is not a safe file name`);
  return path;
}

function abortable(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function missingAsEmpty(error: unknown): never[] {
  if (isMissing(error)) return [];
  throw error;
}

/**
 * Returns true if a file or folder was not there. It does not use `instanceof`, because in a test's sandbox the
 * system's errors belong to another realm.
 */
export function isMissing(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ENOENT";
}
