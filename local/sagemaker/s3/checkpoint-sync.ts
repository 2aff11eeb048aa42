import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pMap from "p-map";
import {
  type FolderFile,
  listFolder,
  parallelTransfers,
  pathBelowPrefix,
  readIfPresent,
  type S3Location,
  type S3Objects,
} from "./s3-objects";

interface KnownFile {
  readonly bytes: number;
  readonly modifiedMilliseconds: number;
  readonly inode: number;
  /**
   * Digest of the content in S3. It is unknown for files above {@link readAtOnceBytes}, which are compared by the
   * fields above.
   */
  readonly sha256?: string;
}

/** The size in bytes up to which a file is read at once, so that S3 receives one state of it even while it grows. */
const readAtOnceBytes = 64 * 1024 * 1024;

/**
 * Keeps an S3 prefix equal to a container's checkpoint folder while the container runs: changed content is put, and
 * files that were deleted in the folder are deleted in S3. Only `pull` copies in the other direction, before a start.
 */
export class CheckpointSync {
  private readonly s3: S3Objects;
  private readonly folder: string;
  private readonly remote: S3Location;
  private readonly onError: (error: unknown) => void;
  private readonly known = new Map<string, KnownFile>();
  private readonly ended = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  /**
   * Creates the synchronization of a folder with an S3 prefix.
   * @param params.remote its key is a prefix as the user wrote it. A slash is added to its end: without one the service
   *   would mix siblings in (GH:syne-tune/syne-tune#363)
   */
  constructor(params: {
    readonly s3: S3Objects;
    readonly folder: string;
    readonly remote: S3Location;
    readonly onError: (error: unknown) => void;
  }) {
    this.s3 = params.s3;
    this.folder = params.folder;
    this.remote = params.remote;
    this.onError = params.onError;
  }

  /** Copies what S3 holds into the folder. */
  async pull(signal?: AbortSignal): Promise<void> {
    const objects = await this.s3.list(this.remote, signal === undefined ? {} : { signal });
    await pMap(
      objects,
      async (object) => {
        const path = pathBelowPrefix(object.key, this.remote.key);
        if (path !== undefined) await this.s3.downloadFile(object, join(this.folder, path), signal);
      },
      parallelTransfers,
    );
    for (const file of await listFolder(this.folder)) this.known.set(file.path, await this.describe(file));
  }

  /** Pushes changes every `seconds` until `finish`. A failed turn is reported, and the next one makes up for it. */
  start(seconds: number): void {
    this.loop = (async () => {
      for (;;) {
        await sleep(seconds * 1_000, undefined, { signal: this.ended.signal }).catch(() => undefined);
        if (this.ended.signal.aborted) return;
        await this.push().catch(this.onError);
      }
    })();
  }

  /**
   * Ends the turns and pushes once more.
   * @throws Error when that last push fails
   */
  async finish(): Promise<void> {
    this.ended.abort();
    await this.loop;
    await this.push();
  }

  private async push(): Promise<void> {
    const files = await listFolder(this.folder);
    await pMap(
      files,
      async (file) => {
        await this.pushFile(file);
      },
      parallelTransfers,
    );
    const present = new Set(files.map((file) => file.path));
    const gone = [...this.known.keys()].filter((path) => !present.has(path));
    if (gone.length === 0) return;
    await this.s3.remove(
      this.remote.bucket,
      gone.map((path) => this.key(path)),
    );
    for (const path of gone) this.known.delete(path);
  }

  private async pushFile(file: FolderFile): Promise<void> {
    const before = this.known.get(file.path);
    if (before !== undefined && isUntouched(before, file)) return;
    const { path, bytes, modifiedMilliseconds, inode } = file;
    const to = { bucket: this.remote.bucket, key: this.key(path) };
    if (bytes > readAtOnceBytes) {
      await this.s3.uploadFile(to, file.absolutePath);
      this.known.set(path, { bytes, modifiedMilliseconds, inode });
      return;
    }
    const content = await readIfPresent(file.absolutePath);
    // The file has gone between listing and reading. The next turn sees that.
    if (content === undefined) return;
    const sha256 = hash(content);
    if (sha256 !== before?.sha256) await this.s3.putBytes(to, content);
    this.known.set(path, { bytes, modifiedMilliseconds, inode, sha256 });
  }

  private async describe(file: FolderFile): Promise<KnownFile> {
    const { bytes, modifiedMilliseconds, inode } = file;
    const content = bytes > readAtOnceBytes ? undefined : await readIfPresent(file.absolutePath);
    return { bytes, modifiedMilliseconds, inode, ...(content === undefined ? {} : { sha256: hash(content) }) };
  }

  private key(path: string): string {
    return `${this.remote.key}${path}`;
  }
}

function isUntouched(before: KnownFile, now: FolderFile): boolean {
  return (
    before.bytes === now.bytes && before.modifiedMilliseconds === now.modifiedMilliseconds && before.inode === now.inode
  );
}

function hash(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
