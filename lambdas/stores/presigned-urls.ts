import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

export interface PresignParams {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** It ends earlier when the role's session does. */
  readonly expiresInSeconds: number;
}

/** A URL that lets whoever has it read one object: never logged, never inside a resource that has an ETag. */
export async function presignedGet({ client, bucket, key, expiresInSeconds }: PresignParams): Promise<string> {
  return await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), {
    expiresIn: expiresInSeconds,
  });
}
