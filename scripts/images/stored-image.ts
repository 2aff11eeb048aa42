/** What a registry has of an image, and whether SageMaker takes it. */

const docker = "application/vnd.docker";
/** The media types that SageMaker hosting takes: Docker's image manifest, version 2, schema 2, and what it refers to. */
export const dockerMediaTypes = {
  manifest: `${docker}.distribution.manifest.v2+json`,
  config: `${docker}.container.image.v1+json`,
  layer: `${docker}.image.rootfs.diff.tar.gzip`,
} as const;

/** Every format that a registry may keep a manifest in. What a client does not accept is converted or refused. */
export const manifestMediaTypes: readonly string[] = [
  dockerMediaTypes.manifest,
  `${docker}.distribution.manifest.list.v2+json`,
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

/** What a registry has stored of an image. */
export interface StoredImage {
  readonly mediaType: string;
  readonly configMediaType: string | undefined;
  readonly layerMediaTypes: readonly string[];
  /** The bytes that a pull transfers. */
  readonly compressedBytes: number;
}

const wrong = (what: string, found: string | undefined, wanted: string): string[] =>
  found === wanted ? [] : [`its ${what} is ${found ?? "missing"}, not ${wanted}`];

/** Returns what SageMaker hosting is reported to refuse about a manifest (aws/amazon-sagemaker-feedback#180). */
export const refusedManifest = (mediaType: string): string[] => wrong("manifest", mediaType, dockerMediaTypes.manifest);

/** Returns what SageMaker would refuse about a stored image; nothing if it would take it. */
export function refusedMediaTypes({ mediaType, configMediaType, layerMediaTypes }: StoredImage): string[] {
  return [
    ...refusedManifest(mediaType),
    ...wrong("configuration", configMediaType, dockerMediaTypes.config),
    ...[...new Set(layerMediaTypes)].flatMap((found) => wrong("layer", found, dockerMediaTypes.layer)),
  ];
}
