/** Images in ECR: their URIs, and what ECR has of them. */
import {
  BatchGetImageCommand,
  type ECRClient,
  ImageNotFoundException,
  RepositoryNotFoundException,
} from "@aws-sdk/client-ecr";
import { manifestMediaTypes } from "./stored-image";

/** A repository in ECR, by the parts of its URI. */
export interface EcrRepository {
  readonly registryId: string;
  readonly region: string;
  readonly repositoryName: string;
}

/** An image in ECR, by the parts of its URI. */
export interface EcrImage extends Omit<EcrRepository, "region"> {
  readonly imageTag?: string;
  readonly imageDigest?: string;
}

const repositoryPattern =
  /^(?<registryId>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.[a-z.]+\/(?<repositoryName>[a-z0-9][a-z0-9._/-]*)$/;
const referencePattern = /(?::(?<imageTag>[A-Za-z0-9._-]+)|@(?<imageDigest>sha256:[0-9a-f]{64}))$/;

/** Returns the parts of a repository's URI; undefined if it is none of ECR. */
export function parseEcrRepository(uri: string): EcrRepository | undefined {
  const { registryId, region, repositoryName } = repositoryPattern.exec(uri)?.groups ?? {};
  if (registryId === undefined || region === undefined || repositoryName === undefined) return undefined;
  return { registryId, region, repositoryName };
}

/** Returns the parts of an image's URI; undefined if it is none of ECR, or has neither tag nor digest. */
export function parseEcrImage(uri: string): EcrImage | undefined {
  const reference = referencePattern.exec(uri);
  const repository = parseEcrRepository(uri.slice(0, reference?.index ?? 0));
  if (repository === undefined) return undefined;
  const { registryId, repositoryName } = repository;
  const { imageTag, imageDigest } = reference?.groups ?? {};
  return {
    registryId,
    repositoryName,
    ...(imageTag === undefined ? {} : { imageTag }),
    ...(imageDigest === undefined ? {} : { imageDigest }),
  };
}

/** What ECR has of an image. */
export interface EcrManifest {
  readonly digest: string;
  readonly mediaType: string;
}

/** Returns what ECR has of an image; undefined if it has no such image. */
export async function readManifest(
  ecr: Pick<ECRClient, "send">,
  { registryId, repositoryName, imageTag, imageDigest }: EcrImage,
): Promise<EcrManifest | undefined> {
  const imageIds = [
    { ...(imageTag === undefined ? {} : { imageTag }), ...(imageDigest === undefined ? {} : { imageDigest }) },
  ];
  try {
    const { images = [] } = await ecr.send(
      new BatchGetImageCommand({ registryId, repositoryName, imageIds, acceptedMediaTypes: [...manifestMediaTypes] }),
    );
    const [image] = images;
    if (image === undefined) return undefined;
    return { digest: image.imageId?.imageDigest ?? "", mediaType: image.imageManifestMediaType ?? "" };
  } catch (error) {
    if (error instanceof RepositoryNotFoundException || error instanceof ImageNotFoundException) return undefined;
    throw error;
  }
}

/** Returns how a line names an image: with as much of its tag or digest as a person needs. */
export const shortName = ({ repositoryName, imageTag, imageDigest = "" }: EcrImage): string =>
  `${repositoryName}${imageTag === undefined ? `@${imageDigest.slice(0, 19)}` : `:${imageTag.slice(0, 12)}`}`;
