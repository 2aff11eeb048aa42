/** Every object under a prefix, a page at a time: for work that looks at more than it can keep. */
import { paginateListObjectsV2, type S3Client } from "@aws-sdk/client-s3";

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

export interface ObjectPages {
  /** A thousand objects at most in each, in the order of their keys. */
  under(prefix: string): AsyncIterable<readonly ListedObject[]>;
}

export function createObjectPages({
  client,
  bucket,
}: {
  readonly client: S3Client;
  readonly bucket: string;
}): ObjectPages {
  return {
    async *under(Prefix) {
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix })) {
        yield Contents.flatMap(({ Key, Size = 0, LastModified }) =>
          Key === undefined || LastModified === undefined ? [] : [{ key: Key, bytes: Size, modifiedAt: LastModified }],
        );
      }
    },
  };
}
