/** One bucket as operations see it. Sizes are bounded before bytes are read: objects come from containers and users. */
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3ServiceException,
  type S3Client,
} from "@aws-sdk/client-s3";
import { createHash } from "node:crypto";

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

export interface ObjectDigest {
  /** Hex, of all bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** Of the object that was read: a copy that asks for it copies these very bytes. */
  readonly etag: string;
}

export interface CopyParams {
  readonly from: { readonly bucket: string; readonly key: string; readonly etag?: string };
  readonly to: string;
  readonly contentType?: string;
}

export interface ObjectStore {
  readonly bucket: string;
  /** Asks for the object's headers alone. */
  exists(key: string): Promise<boolean>;
  /** @throws ObjectTooLargeError before anything is read */
  read(key: string, maxBytes: number): Promise<Uint8Array | undefined>;
  /** Reads in pieces, keeps none. @throws ObjectTooLargeError */
  digest(key: string, maxBytes: number): Promise<ObjectDigest | undefined>;
  write(key: string, body: Uint8Array | string, contentType: string): Promise<void>;
  /** Inside S3. @returns false when the source is not there, or is not the one that was asked for */
  copy(params: CopyParams): Promise<boolean>;
  /** Keys in order, at most `limit`. */
  list(prefix: string, limit: number): Promise<readonly StoredObject[]>;
  delete(keys: readonly string[]): Promise<void>;
}

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

/** Without the right to list, S3 answers 403 for what is not there; that stays an error, and a missing grant is seen. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof NoSuchKey ||
    error instanceof NotFound ||
    (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404)
  );
}

const isPreconditionFailed = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412;

/** A copy's source is a URL path: every part is encoded, the slashes stay. */
const encodedSource = (bucket: string, key: string): string =>
  `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;

/** S3 takes up to a thousand keys in one delete. */
const deleteBatch = 1_000;

export function createObjectStore({
  client,
  bucket,
}: {
  readonly client: S3Client;
  readonly bucket: string;
}): ObjectStore {
  const open = async (key: string, maxBytes: number) => {
    try {
      const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      const bytes = answer.ContentLength ?? 0;
      if (answer.Body !== undefined && bytes > maxBytes) {
        await answer.Body.transformToWebStream().cancel();
        throw new ObjectTooLargeError(key, bytes, maxBytes);
      }
      return answer;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
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

    async read(key, maxBytes) {
      const answer = await open(key, maxBytes);
      return answer === undefined ? undefined : ((await answer.Body?.transformToByteArray()) ?? new Uint8Array());
    },

    async digest(key, maxBytes) {
      const answer = await open(key, maxBytes);
      if (answer === undefined) return undefined;
      const hash = createHash("sha256");
      let bytes = 0;
      const reader = answer.Body?.transformToWebStream().getReader();
      for (;;) {
        const piece: { readonly done: boolean; readonly value?: unknown } = (await reader?.read()) ?? { done: true };
        if (piece.done) break;
        if (!(piece.value instanceof Uint8Array)) throw new Error(`S3 gave something else than bytes for ${key}`);
        hash.update(piece.value);
        bytes += piece.value.byteLength;
      }
      return { sha256: hash.digest("hex"), bytes, etag: answer.ETag ?? "" };
    },

    async write(key, body, contentType) {
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
    },

    async copy({ from, to, contentType }) {
      try {
        await client.send(
          new CopyObjectCommand({
            Bucket: bucket,
            Key: to,
            CopySource: encodedSource(from.bucket, from.key),
            ...(from.etag === undefined ? {} : { CopySourceIfMatch: from.etag }),
            ...(contentType === undefined ? {} : { ContentType: contentType, MetadataDirective: "REPLACE" as const }),
          }),
        );
        return true;
      } catch (error) {
        if (isMissing(error) || isPreconditionFailed(error)) return false;
        throw error;
      }
    },

    async list(prefix, limit) {
      const found: StoredObject[] = [];
      let continuation: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            MaxKeys: Math.min(1_000, limit - found.length),
            ...(continuation === undefined ? {} : { ContinuationToken: continuation }),
          }),
        );
        for (const { Key, Size } of page.Contents ?? []) {
          if (Key !== undefined) found.push({ key: Key, bytes: Size ?? 0 });
        }
        continuation = page.NextContinuationToken;
      } while (continuation !== undefined && found.length < limit);
      return found;
    },

    async delete(keys) {
      for (let start = 0; start < keys.length; start += deleteBatch) {
        const Objects = keys.slice(start, start + deleteBatch).map((Key) => ({ Key }));
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
        );
        const [first] = Errors;
        if (first !== undefined)
          throw new Error(`${Errors.length} objects were not deleted; the first: ${first.Code ?? ""}`);
      }
    },
  };
}
