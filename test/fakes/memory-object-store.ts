/** Buckets in memory. test/integration/objects.test.ts runs one suite over them and over those on S3. */
import { createHash } from "node:crypto";
import type { ObjectVersion, ObjectVersions } from "../../lambdas/stores/object-versions";
import {
  type CopyParams,
  type NewObject,
  type ObjectDigest,
  type ObjectHead,
  ObjectTooLargeError,
  type RangeOfObject,
  type StoredObject,
} from "../../lambdas/stores/objects";
import type { PresignedUrl, PresigningObjectStore } from "../../lambdas/stores/presigned-urls";
import type { UploadSigner } from "../../lambdas/stores/upload-urls";

export interface MemoryBucketsParams {
  readonly now?: () => Date;
  /** The number of objects on a page of a listing. */
  readonly pageSize?: number;
}

/** A set of buckets that know each other, so that a copy finds its source. */
export class MemoryBuckets {
  readonly stores = new Map<string, MemoryObjectStore>();
  readonly now: () => Date;
  readonly pageSize: number;

  constructor({ now = () => new Date("2026-01-31T12:00:00.000Z"), pageSize = 1_000 }: MemoryBucketsParams = {}) {
    this.now = now;
    this.pageSize = pageSize;
  }
  private versions = 0;
  nextVersion(): string {
    this.versions += 1;
    return `version-${this.versions}`;
  }
  store(bucket: string): MemoryObjectStore {
    const store = this.stores.get(bucket) ?? new MemoryObjectStore(bucket, this);
    this.stores.set(bucket, store);
    return store;
  }
}

/** Returns a signer of uploads to a bucket in memory. */
export const memoryUploads = (bucket: MemoryObjectStore): UploadSigner => ({
  signUpload: async ({ key, bytes, sha256, expiresInSeconds }) => ({
    ...(await bucket.presign(key, expiresInSeconds)),
    headers: { "x-amz-checksum-sha256": Buffer.from(sha256, "hex").toString("base64"), "x-length": String(bytes) },
  }),
});

/** The attributes that S3 stores of an object beside its bytes. */
export interface ObjectAttributes {
  readonly contentType: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly modifiedAt: Date;
}

const presentVersion = "present";

const etagOf = (bytes: Uint8Array): string => `"${createHash("md5").update(bytes).digest("hex")}"`;
const bytesOf = (body: Uint8Array | string): Uint8Array =>
  typeof body === "string" ? new TextEncoder().encode(body) : new Uint8Array(body);
const byKeyBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

export class MemoryObjectStore implements PresigningObjectStore {
  /** The objects by key. Tests may add and remove objects directly. */
  readonly objects = new Map<string, Uint8Array>();
  /** Earlier versions and delete markers, the oldest first. The present version of an object is not among them. */
  readonly past: ObjectVersion[] = [];
  private readonly attributes = new WeakMap<Uint8Array, ObjectAttributes>();

  constructor(
    readonly bucket: string,
    private readonly buckets: MemoryBuckets,
  ) {}

  put(key: string, body: Uint8Array | string): void {
    this.keep(key, { body, contentType: "application/octet-stream", tags: {} });
  }
  text(key: string): string | undefined {
    const bytes = this.objects.get(key);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }
  keys(prefix = ""): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort(byKeyBytes);
  }
  /** Returns the attributes of an object; undefined for one that a test has put into the map directly. */
  attributesOf(key: string): ObjectAttributes | undefined {
    const bytes = this.objects.get(key);
    return bytes === undefined ? undefined : this.attributes.get(bytes);
  }

  async exists(key: string): Promise<boolean> {
    return this.objects.has(key);
  }
  async head(key: string): Promise<ObjectHead | undefined> {
    const bytes = this.objects.get(key);
    return bytes === undefined ? undefined : { bytes: bytes.byteLength, etag: etagOf(bytes) };
  }
  async readRange({ key, start, end, etag }: RangeOfObject): Promise<Uint8Array | undefined> {
    const bytes = this.objects.get(key);
    return bytes === undefined || etagOf(bytes) !== etag ? undefined : bytes.slice(start, end);
  }
  async read(key: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const bytes = this.objects.get(key);
    if (bytes === undefined) return undefined;
    if (bytes.byteLength > maxBytes) throw new ObjectTooLargeError(key, bytes.byteLength, maxBytes);
    return bytesOf(bytes);
  }
  async digest(key: string, maxBytes: number): Promise<ObjectDigest | undefined> {
    const bytes = await this.read(key, maxBytes);
    if (bytes === undefined) return undefined;
    return { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.byteLength, etag: etagOf(bytes) };
  }
  async write({ key, body, contentType, tags = {} }: NewObject): Promise<void> {
    this.keep(key, { body, contentType, tags });
  }
  async copy({ from, to }: CopyParams): Promise<boolean> {
    const source = this.buckets.store(from.bucket);
    const body = source.objects.get(from.key);
    if (body === undefined || (from.etag !== undefined && from.etag !== etagOf(body))) return false;
    const { contentType = "application/octet-stream", tags = {} } = source.attributesOf(from.key) ?? {};
    this.keep(to, { body, contentType, tags });
    return true;
  }
  async list(prefix: string, limit: number): Promise<readonly StoredObject[]> {
    return this.keys(prefix)
      .slice(0, limit)
      .map((key) => ({
        key,
        bytes: this.objects.get(key)?.byteLength ?? 0,
        modifiedAt: this.attributesOf(key)?.modifiedAt ?? new Date(0),
      }));
  }
  async *pages(prefix: string): AsyncGenerator<readonly StoredObject[]> {
    const all = await this.list(prefix, Number.POSITIVE_INFINITY);
    const { pageSize } = this.buckets;
    for (let start = 0; start < all.length; start += pageSize) yield all.slice(start, start + pageSize);
  }
  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.outdate(key);
      // Also an object that does not exist gets a marker.
      this.past.push({ key, versionId: this.buckets.nextVersion() });
      this.objects.delete(key);
    }
  }
  async deleteAllUnder(prefix: string): Promise<void> {
    await this.delete(this.keys(prefix));
  }
  /** The same bucket with its versions. */
  get versions(): ObjectVersions {
    return {
      bucket: this.bucket,
      pages: (prefix) => this.versionPages(prefix),
      delete: async (versions) => {
        for (const { key, versionId } of versions) {
          const index = this.past.findIndex((one) => one.key === key && one.versionId === versionId);
          if (index >= 0) this.past.splice(index, 1);
          else if (versionId === presentVersion) this.objects.delete(key);
        }
      },
    };
  }
  async presign(key: string, expiresInSeconds: number): Promise<PresignedUrl> {
    const expiresAt = new Date(this.buckets.now().getTime() + expiresInSeconds * 1000).toISOString();
    return { url: `https://${this.bucket}.example/${key}?signature=secret`, expiresAt };
  }

  private async *versionPages(prefix: string): AsyncGenerator<readonly ObjectVersion[]> {
    const present = this.keys(prefix).map((key) => ({ key, versionId: presentVersion }));
    const all = [...this.past.filter(({ key }) => key.startsWith(prefix)), ...present];
    const { pageSize } = this.buckets;
    for (let start = 0; start < all.length; start += pageSize) yield all.slice(start, start + pageSize);
  }
  private outdate(key: string): void {
    if (this.objects.has(key)) this.past.push({ key, versionId: this.buckets.nextVersion() });
  }

  private keep(key: string, { body, contentType, tags }: Omit<Required<NewObject>, "key">): void {
    const bytes = bytesOf(body);
    this.outdate(key);
    this.objects.set(key, bytes);
    this.attributes.set(bytes, { contentType, tags, modifiedAt: this.buckets.now() });
  }
}
