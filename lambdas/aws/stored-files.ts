/** Files of one bucket, as the API reads, keeps and shows them: an object store with what only the API needs. */
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { createObjectStore } from "../stores/objects";
import { presignedGet } from "../stores/presigned-urls";

export interface NewFile {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly contentType: string;
  /** Of the object: lifecycle rules match them. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface SignedUrl {
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

export interface StoredFiles {
  exists(key: string): Promise<boolean>;
  /** Nothing when there is no such object. @param longest - in bytes, where it is not what an answer can carry */
  read(key: string, longest?: number): Promise<Uint8Array | undefined>;
  write(file: NewFile): Promise<void>;
  /** Objects that do not exist count as removed. */
  remove(keys: readonly string[]): Promise<void>;
  removeAllUnder(prefix: string): Promise<void>;
  /** Keys in the order of their bytes. @param prefix - ends with a slash */
  list(prefix: string): Promise<string[]>;
  /** A URL that needs no token, for {@link urlLifetimeSeconds}. */
  presign(key: string): Promise<SignedUrl>;
}

export const urlLifetimeSeconds = 300;
/** Under Lambda's 6 MB answer, which carries bytes as base64; our files are far smaller. */
const mostBytes = 4_194_304;
/** More samples and checkpoints than the longest job leaves. */
const mostKeys = 20_000;

export interface StoredFilesParams {
  readonly client: S3Client;
  readonly bucket: string;
}

export function createStoredFiles({ client, bucket }: StoredFilesParams): StoredFiles {
  const store = createObjectStore({ client, bucket });
  const list = async (prefix: string): Promise<string[]> => (await store.list(prefix, mostKeys)).map(({ key }) => key);
  return {
    exists: async (key) => await store.exists(key),
    read: async (key, longest = mostBytes) => await store.read(key, longest),
    write: async ({ key, bytes, contentType, tags }) => {
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: bytes,
          ContentType: contentType,
          ...(tags === undefined ? {} : { Tagging: new URLSearchParams(tags).toString() }),
        }),
      );
    },
    remove: async (keys) => {
      await store.delete(keys);
    },
    removeAllUnder: async (prefix) => {
      for (let keys = await list(prefix); keys.length > 0; keys = await list(prefix)) await store.delete(keys);
    },
    list,
    presign: async (key) => {
      const expiresAt = new Date(Date.now() + urlLifetimeSeconds * 1000).toISOString();
      return { url: await presignedGet({ client, bucket, key, expiresInSeconds: urlLifetimeSeconds }), expiresAt };
    },
  };
}
