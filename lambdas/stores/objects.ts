/**
 * The objects of one bucket of S3. Their sizes are checked before bytes are read, because containers and users write
 * objects, too. presigned-urls.ts hands out URLs of objects; it is a file of its own, so that only functions that do so
 * bundle the presigner.
 */
import { createHash } from "node:crypto";
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface NewObject {
  readonly key: string;
  readonly body: Uint8Array | string;
  readonly contentType: string;
  /** The object's tags, which lifecycle rules match. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface ObjectDigest {
  /** Hex digest of all bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** ETag of the object that was read. A copy that asks for this ETag copies exactly these bytes. */
  readonly etag: string;
}

/** What S3 tells of an object without its bytes. */
export interface ObjectHead {
  readonly bytes: number;
  readonly etag: string;
}

export interface RangeOfObject {
  readonly key: string;
  readonly start: number;
  /** The first byte that is not read. */
  readonly end: number;
  /** The ETag of the object as it must still be. */
  readonly etag: string;
}

export interface CopyParams {
  readonly from: { readonly bucket: string; readonly key: string; readonly etag?: string };
  readonly to: string;
}

/** The operations on the objects of one bucket. */
export interface ObjectStore {
  readonly bucket: string;
  /** Returns true if the object exists. It reads only the object's headers. */
  exists(key: string): Promise<boolean>;
  /** Returns the object's size and ETag, or undefined if there is no such object. */
  head(key: string): Promise<ObjectHead | undefined>;
  /** Returns a part of the object, or undefined if there is no such object, or if it is not the one with the ETag. */
  readRange(range: RangeOfObject): Promise<Uint8Array | undefined>;
  /**
   * Returns the object's bytes, or undefined if there is no such object.
   * @throws ObjectTooLargeError before anything is read
   */
  read(key: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /**
   * Returns the digest of the object, which is read in pieces that are not kept, or undefined if there is no such
   * object.
   * @throws ObjectTooLargeError
   */
  digest(key: string, maxBytes: number): Promise<ObjectDigest | undefined>;
  write(object: NewObject): Promise<void>;
  /**
   * Copies an object inside S3, with its content type and tags.
   * @returns false when the source does not exist, or is not the one that was asked for
   */
  copy(params: CopyParams): Promise<boolean>;
  /** Returns at most `limit` objects, in the order of their keys' bytes. */
  list(prefix: string, limit: number): Promise<readonly StoredObject[]>;
  /**
   * Yields all objects in the same order, at most a thousand in a page, for work that reads more objects than it can
   * keep.
   */
  pages(prefix: string): AsyncIterable<readonly StoredObject[]>;
  /** Deletes objects. Those that do not exist count as deleted. */
  delete(keys: readonly string[]): Promise<void>;
  /**
   * Deletes all objects under a prefix.
   * @param prefix - ends with a slash
   */
  deleteAllUnder(prefix: string): Promise<void>;
}

export interface ObjectStoreParams {
  readonly client: S3Client;
  readonly bucket: string;
}

/** Thrown when an object has more bytes than its reader allows. */
export class ObjectTooLargeError extends Error {
  override readonly name = "ObjectTooLargeError";
  constructor(
    readonly key: string,
    readonly bytes: number,
    readonly maxBytes: number,
  ) {
    super(`${key} has ${bytes} bytes; allowed are ${maxBytes}`);
  }
}

/**
 * Returns true for an error that says that the object does not exist. Without the permission to list, S3 responds with
 * 403 for a missing object; that stays an error, so that a missing permission is noticed.
 */
function isMissing(error: unknown): boolean {
  return (
    error instanceof NoSuchKey ||
    error instanceof NotFound ||
    (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404)
  );
}

const isPreconditionFailed = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;

/** Encodes the source of a copy, which is a URL path: every part is encoded, the slashes stay. */
const encodedSource = (bucket: string, key: string): string =>
  `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;

/** S3 lists and deletes up to a thousand keys in one call. */
const maxKeysPerCall = 1_000;

export function createObjectStore({ client, bucket }: ObjectStoreParams): ObjectStore {
  const open = async (key: string, maxBytes: number) => {
    try {
      const response = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const bytes = response.ContentLength ?? 0;
      if (response.Body !== undefined && bytes > maxBytes) {
        await response.Body.transformToWebStream().cancel();
        throw new ObjectTooLargeError(key, bytes, maxBytes);
      }
      return response;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  async function* pagesOf(prefix: string, limit: number): AsyncGenerator<readonly StoredObject[]> {
    let left = limit;
    let continuation: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          MaxKeys: Math.min(maxKeysPerCall, left),
          ...(continuation === undefined ? {} : { ContinuationToken: continuation }),
        }),
      );
      const { Contents: contents = [] } = page;
      yield contents.flatMap(({ Key: key, Size: bytes = 0, LastModified: modifiedAt }) =>
        key === undefined || modifiedAt === undefined ? [] : [{ key, bytes, modifiedAt }],
      );
      left -= contents.length;
      continuation = page.NextContinuationToken;
    } while (continuation !== undefined && left > 0);
  }

  const list = async (prefix: string, limit: number): Promise<readonly StoredObject[]> => {
    const found: StoredObject[] = [];
    for await (const page of pagesOf(prefix, limit)) found.push(...page);
    return found;
  };

  const deleteKeys = async (keys: readonly string[]): Promise<void> => {
    for (let start = 0; start < keys.length; start += maxKeysPerCall) {
      const Objects = keys.slice(start, start + maxKeysPerCall).map((Key) => ({ Key }));
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      );
      const [first] = Errors;
      if (first !== undefined)
        throw new Error(`${Errors.length} objects were not deleted; the first: ${first.Code ?? ""}`);
    }
  };

  return {
    bucket,

    async exists(key) {
      try {
        await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },

    async head(key) {
      try {
        const { ContentLength: bytes, ETag: etag } = await client.send(
          new HeadObjectCommand({ Bucket: bucket, Key: key }),
        );
        return { bytes: bytes ?? 0, etag: etag ?? "" };
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async readRange({ key, start, end, etag }) {
      if (end <= start) return new Uint8Array();
      const Range = `bytes=${start}-${end - 1}`;
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range, IfMatch: etag }));
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      } catch (error) {
        if (isMissing(error) || isPreconditionFailed(error)) return undefined;
        throw error;
      }
    },

    async read(key, maxBytes) {
      const response = await open(key, maxBytes);
      return response === undefined ? undefined : ((await response.Body?.transformToByteArray()) ?? new Uint8Array());
    },

    async digest(key, maxBytes) {
      const response = await open(key, maxBytes);
      if (response === undefined) return undefined;
      const hash = createHash("sha256");
      let bytes = 0;
      const reader = response.Body?.transformToWebStream().getReader();
      for (;;) {
        const piece: { readonly done: boolean; readonly value?: unknown } = (await reader?.read()) ?? { done: true };
        if (piece.done) break;
        if (!(piece.value instanceof Uint8Array)) throw new Error(`S3 returned something other than bytes for ${key}`);
        hash.update(piece.value);
        bytes += piece.value.byteLength;
      }
      return { sha256: hash.digest("hex"), bytes, etag: response.ETag ?? "" };
    },

    async write({ key, body, contentType, tags }) {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: body,
          ContentType: contentType,
          // The SDK computes the length by itself, except for an empty body.
          ContentLength: Buffer.byteLength(body),
          ...(tags === undefined ? {} : { Tagging: new URLSearchParams(tags).toString() }),
        }),
      );
    },

    async copy({ from, to }) {
      try {
        await client.send(
          new CopyObjectCommand({
            Bucket: bucket,
            Key: to,
            CopySource: encodedSource(from.bucket, from.key),
            ...(from.etag === undefined ? {} : { CopySourceIfMatch: from.etag }),
          }),
        );
        return true;
      } catch (error) {
        if (isMissing(error) || isPreconditionFailed(error)) return false;
        throw error;
      }
    },

    list,
    pages: (prefix) => pagesOf(prefix, Number.POSITIVE_INFINITY),
    delete: deleteKeys,

    async deleteAllUnder(prefix) {
      // Each turn lists from the beginning, so that objects that were written meanwhile are deleted, too.
      for (;;) {
        const found = await list(prefix, maxKeysPerCall);
        if (found.length === 0) return;
        await deleteKeys(found.map(({ key }) => key));
      }
    },
  };
}
