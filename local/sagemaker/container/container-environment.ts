import type { EntryPoint, LocalSageMakerConfig } from "../config";

export interface ContainerEnvironmentParams {
  readonly config: LocalSageMakerConfig;
  readonly entryPoint: EntryPoint;
  /** An isolated container has no credentials, and does not know where AWS is. */
  readonly isIsolated: boolean;
  /** Variables of the request that created the job or the model. */
  readonly requested: Readonly<Record<string, string>> | undefined;
  /** The folder in place of `/opt/ml`. */
  readonly root: string;
  /** The only folder that the container may leave temporary files in. */
  readonly scratch: string;
}

/** Returns the variables that every container has, whether it trains or serves. */
export function containerEnvironment(params: ContainerEnvironmentParams): Record<string, string> {
  const { config, entryPoint, isIsolated, requested, root, scratch } = params;
  const given: Record<string, string> = {
    AWS_REGION: config.region,
    AWS_ACCESS_KEY_ID: config.aws.accessKeyId,
    AWS_SECRET_ACCESS_KEY: config.aws.secretAccessKey,
    AWS_ENDPOINT_URL: config.aws.endpointUrl,
    ...entryPoint.environment,
  };
  const visible = Object.entries(given).filter(([name]) => !isIsolated || !name.startsWith("AWS_"));
  return {
    HOME: scratch,
    TMPDIR: scratch,
    ...Object.fromEntries(visible),
    ...requested,
    PATH: entryPoint.environment["PATH"] ?? process.env["PATH"] ?? "/usr/bin:/bin",
    SAGEMAKER_BASE_DIR: root,
  };
}
