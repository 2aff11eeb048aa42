import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { containerRoot, type TrainingJobRequest } from "./training-job-request";

/** The folders of one job, which its container sees as `/opt/ml` (here: as SAGEMAKER_BASE_DIR). */
export interface TrainingFolders {
  readonly root: string;
  /** Stands in for the container's `/tmp`. */
  readonly scratch: string;
  readonly model: string;
  readonly outputData: string;
  readonly failure: string;
  readonly checkpoints: string;
  readonly channel: (name: string) => string;
}

/** FailureReason is at most this long in the service model, in UTF-16 code units as AWS counts. */
const maxFailureReasonLength = 1_024;

export function trainingFolders(jobDirectory: string, request: TrainingJobRequest): TrainingFolders {
  const root = join(jobDirectory, "ml");
  const checkpointPath = request.CheckpointConfig?.LocalPath ?? `${containerRoot}/checkpoints`;
  return {
    root,
    scratch: join(jobDirectory, "tmp"),
    model: join(root, "model"),
    outputData: join(root, "output", "data"),
    failure: join(root, "output", "failure"),
    checkpoints: join(root, checkpointPath.slice(containerRoot.length)),
    channel: (name) => join(root, "input", "data", name),
  };
}

/** Makes the folders anew, as on a fresh machine, with the configuration files that the platform writes. */
export async function makeTrainingFolders(folders: TrainingFolders, request: TrainingJobRequest): Promise<void> {
  await rm(folders.root, { recursive: true, force: true });
  await rm(folders.scratch, { recursive: true, force: true });
  const configuration = join(folders.root, "input", "config");
  const channels = request.InputDataConfig ?? [];
  for (const folder of [
    configuration,
    join(folders.root, "input", "data"),
    folders.scratch,
    folders.model,
    folders.outputData,
    folders.checkpoints,
    ...channels.map((channel) => folders.channel(channel.ChannelName)),
  ]) {
    await mkdir(folder, { recursive: true });
  }
  const write = async (file: string, content: unknown): Promise<void> => {
    await writeFile(join(configuration, file), JSON.stringify(content));
  };
  await write("hyperparameters.json", request.HyperParameters ?? {});
  await write("inputdataconfig.json", inputDataConfig(request));
  await write("resourceconfig.json", resourceConfig(request));
  if (request.CheckpointConfig !== undefined) {
    // LocalPath as the container can open it: below the root that SAGEMAKER_BASE_DIR moved.
    await write("checkpointconfig.json", { S3Uri: request.CheckpointConfig.S3Uri, LocalPath: folders.checkpoints });
  }
}

function inputDataConfig(request: TrainingJobRequest): Record<string, unknown> {
  return Object.fromEntries(
    (request.InputDataConfig ?? []).map((channel) => [
      channel.ChannelName,
      {
        ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
        // FastFile shows as File, and here it is: all objects are copied before the start.
        TrainingInputMode: "File",
        S3DistributionType: channel.DataSource.S3DataSource.S3DataDistributionType ?? "FullyReplicated",
        RecordWrapperType: channel.RecordWrapperType ?? "None",
      },
    ]),
  );
}

function resourceConfig(request: TrainingJobRequest): Record<string, unknown> {
  const hosts = ["algo-1"];
  const group = "homogeneousCluster";
  const type = request.ResourceConfig.InstanceType;
  return {
    current_host: "algo-1",
    current_instance_type: type,
    current_group_name: group,
    hosts,
    instance_groups: [{ instance_group_name: group, instance_type: type, hosts }],
    network_interface_name: "eth0",
  };
}

/**
 * The start of `output/failure`, or nothing where the container wrote none. Bytes that are no UTF-8, as where a
 * multi-byte character is cut, become U+FFFD or are left out.
 */
export async function readFailure(folders: TrainingFolders): Promise<string | undefined> {
  const file = await open(folders.failure, "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    // The file is the container's: read no more of it than can be of use (4 bytes a character).
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(maxFailureReasonLength * 4),
      0,
      maxFailureReasonLength * 4,
      0,
    );
    const text = new TextDecoder("utf-8", { fatal: false })
      .decode(buffer.subarray(0, bytesRead), { stream: true })
      .trim();
    return text === "" ? undefined : text;
  } catch {
    // A folder of that name, for one.
    return undefined;
  } finally {
    await file.close();
  }
}

/**
 * `prefix: text, suffix`, the text shortened so that the whole fits FailureReason and no character is cut in two.
 */
export function failureReason(params: {
  readonly kind: "AlgorithmError" | "ClientError" | "CapacityError" | "InternalServerError";
  readonly text: string;
  readonly suffix?: string;
}): string {
  const { kind, text, suffix = "" } = params;
  const room = maxFailureReasonLength - `${kind}: ${suffix}`.length;
  return `${kind}: ${cutText(text, room)}${suffix}`;
}

/** At most `length` UTF-16 code units of a text, never half a surrogate pair. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const startsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, startsPair ? length - 1 : length);
}
