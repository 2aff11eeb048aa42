/** Signs the URLs by which clients send files to a bucket. */
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { PresignedUrl } from "./presigned-urls";

export interface SignUploadParams {
  readonly key: string;
  readonly bytes: number;
  /** Digest of the bytes, as 64 hex digits. */
  readonly sha256: string;
  readonly expiresInSeconds: number;
}

export interface UploadUrl extends PresignedUrl {
  /** The headers that the upload must have, besides its length. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface UploadSigner {
  /**
   * Returns a URL with which anybody can send exactly these bytes under this key, once. It must never be logged.
   */
  signUpload(params: SignUploadParams): Promise<UploadUrl>;
}

const checksumHeader = "x-amz-checksum-sha256";

/**
 * Returns a signer.
 * @param client - one that adds no checksum of its own (`requestChecksumCalculation: "WHEN_REQUIRED"`)
 */
export const createUploadSigner = ({
  client,
  bucket,
  now,
}: {
  readonly client: S3Client;
  readonly bucket: string;
  readonly now: () => Date;
}): UploadSigner => ({
  async signUpload({ key, bytes, sha256, expiresInSeconds }) {
    const signingDate = now();
    const checksum = Buffer.from(sha256, "hex").toString("base64");
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      ContentLength: bytes,
      ChecksumSHA256: checksum,
      IfNoneMatch: "*",
    });
    const url = await getSignedUrl(client, command, {
      expiresIn: expiresInSeconds,
      signingDate,
      // In the query S3 would ignore the checksum (aws-sdk issue 480). As a signed header it must be sent, and must be right.
      unhoistableHeaders: new Set([checksumHeader]),
    });
    return {
      url,
      headers: { [checksumHeader]: checksum, "if-none-match": "*" },
      expiresAt: new Date(signingDate.getTime() + expiresInSeconds * 1_000).toISOString(),
    };
  },
});
