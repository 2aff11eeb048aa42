import { createHash } from "node:crypto";
import {
  ObjectTooLargeError,
  type CopyParams,
  type ObjectDigest,
  type ObjectStore,
  type StoredObject,
} from "../../lambdas/stores/objects";

/** Buckets that know each other, so that a copy finds its source. */
export class MemoryBuckets {
  readonly stores = new Map<string, MemoryObjectStore>();
  store(bucket: string): MemoryObjectStore {
    const store = this.stores.get(bucket) ?? new MemoryObjectStore(bucket, this);
    this.stores.set(bucket, store);
    return store;
  }
}

const etagOf = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex");

export class MemoryObjectStore implements ObjectStore {
  readonly objects = new Map<string, Uint8Array>();
  constructor(
    readonly bucket: string,
    private readonly buckets: MemoryBuckets,
  ) {}

  put(key: string, body: Uint8Array | string): void {
    this.objects.set(key, typeof body === "string" ? new TextEncoder().encode(body) : body);
  }
  text(key: string): string | undefined {
    const bytes = this.objects.get(key);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }
  keys(prefix = ""): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  async exists(key: string): Promise<boolean> {
    return this.objects.has(key);
  }
  async read(key: string, maxBytes: number): Promise<Uint8Array | undefined> {
    const bytes = this.objects.get(key);
    if (bytes !== undefined && bytes.byteLength > maxBytes)
      throw new ObjectTooLargeError(key, bytes.byteLength, maxBytes);
    return bytes;
  }
  async digest(key: string, maxBytes: number): Promise<ObjectDigest | undefined> {
    const bytes = await this.read(key, maxBytes);
    if (bytes === undefined) return undefined;
    return { sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.byteLength, etag: etagOf(bytes) };
  }
  async write(key: string, body: Uint8Array | string): Promise<void> {
    this.put(key, body);
  }
  async copy({ from, to }: CopyParams): Promise<boolean> {
    const bytes = this.buckets.store(from.bucket).objects.get(from.key);
    if (bytes === undefined || (from.etag !== undefined && from.etag !== etagOf(bytes))) return false;
    this.objects.set(to, bytes);
    return true;
  }
  async list(prefix: string, limit: number): Promise<readonly StoredObject[]> {
    return this.keys(prefix)
      .slice(0, limit)
      .map((key) => ({ key, bytes: this.objects.get(key)?.byteLength ?? 0 }));
  }
  async delete(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.objects.delete(key);
  }
}
