/**
 * The versions and delete markers of a bucket's objects, which an erasure deletes for good. It is a file of its own, so
 * that only the function with the right to do so bundles it. A bucket without versions has one version of each object.
 */
import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from "@aws-sdk/client-s3";

/** A version of an object, or a marker that says that it was deleted. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
}

export interface ObjectVersions {
  readonly bucket: string;
  /** Yields all versions and delete markers under a prefix, at most a thousand in a page. */
  pages(prefix: string): AsyncIterable<readonly ObjectVersion[]>;
  /** Deletes versions and delete markers for good, at most a thousand. Those that do not exist count as deleted. */
  delete(versions: readonly ObjectVersion[]): Promise<void>;
}

export const createObjectVersions = ({
  client,
  bucket,
}: {
  readonly client: S3Client;
  readonly bucket: string;
}): ObjectVersions => ({
  bucket,

  async *pages(prefix) {
    let after: Pick<ListObjectVersionsCommandInput, "KeyMarker" | "VersionIdMarker"> | undefined = {};
    while (after !== undefined) {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...after }),
      );
      const { Versions = [], DeleteMarkers = [], IsTruncated, NextKeyMarker, NextVersionIdMarker } = page;
      yield [...Versions, ...DeleteMarkers].flatMap(({ Key: key, VersionId: versionId = "null" }) =>
        key === undefined ? [] : [{ key, versionId }],
      );
      after = IsTruncated === true ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker } : undefined;
    }
  },

  async delete(versions) {
    if (versions.length === 0) return;
    const Objects = versions.map(({ key: Key, versionId: VersionId }) => ({ Key, VersionId }));
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
    );
    const [first] = Errors;
    if (first !== undefined)
      throw new Error(`${Errors.length} versions of objects were not deleted; the first: ${first.Code ?? ""}`);
  },
});
