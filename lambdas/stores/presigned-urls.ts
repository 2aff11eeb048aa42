/** A store of objects that also hands out presigned URLs of them. */
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createObjectStore, type ObjectStore, type ObjectStoreParams } from "./objects";

export interface PresignedUrl {
  readonly url: string;
  /** ISO 8601. The URL ends earlier when the role's session does. */
  readonly expiresAt: string;
}

export interface PresigningObjectStore extends ObjectStore {
  /**
   * Returns a URL with which anybody can read the object. It must never be logged, and never be part of a resource that
   * has an ETag.
   */
  presign(key: string, expiresInSeconds: number): Promise<PresignedUrl>;
}

export interface PresigningObjectStoreParams extends ObjectStoreParams {
  readonly now: () => Date;
}

export function createPresigningObjectStore({
  client,
  bucket,
  now,
}: PresigningObjectStoreParams): PresigningObjectStore {
  return {
    ...createObjectStore({ client, bucket }),
    async presign(key, expiresInSeconds) {
      const signingDate = now();
      const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), {
        expiresIn: expiresInSeconds,
        signingDate,
      });
      return { url, expiresAt: new Date(signingDate.getTime() + expiresInSeconds * 1000).toISOString() };
    },
  };
}
