import { join } from "node:path";
import pMap from "p-map";
import * as z from "zod";
import { errorText } from "../api/service-error";
import {
  asFolder,
  checkedRelativePath,
  parallelTransfers,
  parseS3Uri,
  pathBelowPrefix,
  type S3Location,
  type S3Objects,
} from "../s3/s3-objects";
import type { TrainingFolders } from "./folder-contract";
import { ClientFault } from "./training-failure";
import type { TrainingJobRequest } from "./training-job-request";

interface ChannelFile {
  readonly from: S3Location;
  /** The path below the channel's folder. */
  readonly path: string;
}

const manifestFile = z.tuple([z.object({ prefix: z.string() })], z.string());

/**
 * Copies the objects of every input channel into the channel's folder.
 *
 * @throws ClientFault that names what cannot be read; another error when the signal ends it
 */
export async function downloadInputChannels(params: {
  readonly request: TrainingJobRequest;
  readonly folders: TrainingFolders;
  readonly s3: S3Objects;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { request, folders, s3, signal } = params;
  for (const { ChannelName, DataSource } of request.InputDataConfig ?? []) {
    const { S3DataType, S3Uri } = DataSource.S3DataSource;
    const location = requireS3Uri(S3Uri);
    const files =
      S3DataType === "ManifestFile"
        ? await listManifest({ location, s3 })
        : await listPrefix({ location, uri: S3Uri, s3, signal });
    await pMap(
      files,
      async ({ from, path }) => {
        await s3.downloadFile(from, join(folders.channel(ChannelName), path), signal).catch((cause: unknown) => {
          const object = `s3://${from.bucket}/${from.key}`;
          throw new ClientFault(`Data download failed: ${object}: ${errorText(cause)}`, { cause });
        });
      },
      parallelTransfers,
    );
  }
}

/**
 * Parses the address of a channel.
 * @throws ClientFault
 */
export function requireS3Uri(uri: string): S3Location {
  const location = parseS3Uri(uri);
  if (location === undefined) throw new ClientFault(`'${uri}' is not of the form s3://bucket/key`);
  return location;
}

async function listPrefix(params: {
  readonly location: S3Location;
  readonly uri: string;
  readonly s3: S3Objects;
  readonly signal: AbortSignal;
}): Promise<ChannelFile[]> {
  const { location, uri, s3, signal } = params;
  const objects = await s3.list(location, { signal });
  if (objects.length === 0) throw new ClientFault(`Data download failed: no S3 objects found under S3 URL "${uri}"`);
  return objects.flatMap((object) => {
    try {
      const path = pathBelowPrefix(object.key, location.key);
      return path === undefined ? [] : [{ from: object, path }];
    } catch (error) {
      throw new ClientFault(`Data download failed: ${errorText(error)}`, { cause: error });
    }
  });
}

async function listManifest(params: { readonly location: S3Location; readonly s3: S3Objects }): Promise<ChannelFile[]> {
  const { location, s3 } = params;
  try {
    const content: unknown = JSON.parse(await s3.readText(location));
    const [{ prefix }, ...paths] = manifestFile.parse(content);
    const base = requireS3Uri(prefix);
    return paths.map((path) => ({
      from: { bucket: base.bucket, key: `${asFolder(base.key)}${path}` },
      path: checkedRelativePath(path),
    }));
  } catch (error) {
    throw new ClientFault(
      `Data download failed: the manifest s3://${location.bucket}/${location.key} is not usable: ${errorText(error)}`,
      { cause: error },
    );
  }
}
