import { mkdir, open, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { containerRoot, type TrainingJobRequest } from "./training-job-request";

/** The folders of one job. Its container sees them as `/opt/ml` (here: as SAGEMAKER_BASE_DIR). */
export interface TrainingFolders {
  readonly root: string;
  /** The folder that stands in for the container's `/tmp`. */
  readonly scratch: string;
  readonly model: string;
  readonly outputData: string;
  readonly failure: string;
  readonly checkpoints: string;
  readonly channel: (name: string) => string;
}

/** The maximum number of UTF-16 code units of FailureReason in the service model, counted as AWS does. */
const maxFailureReasonLength = 1_024;

/** Returns the paths of a job's folders, which it does not create. */
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

/** Makes the folders anew, as on a fresh machine, and writes the configuration files of the platform. */
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
    // LocalPath is the path with which the container can open the folder: below the root that SAGEMAKER_BASE_DIR moved.
    await write("checkpointconfig.json", { S3Uri: request.CheckpointConfig.S3Uri, LocalPath: folders.checkpoints });
  }
}

function inputDataConfig(request: TrainingJobRequest): Record<string, unknown> {
  return Object.fromEntries(
    (request.InputDataConfig ?? []).map((channel) => [
      channel.ChannelName,
      {
        ...(channel.ContentType === undefined ? {} : { ContentType: channel.ContentType }),
        // FastFile is shown as File, and is File here: all objects are copied before the start.
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
 * Returns the start of `output/failure`, or undefined where the container wrote none. Bytes that are not UTF-8, for
 * example where a multi-byte character is cut, become U+FFFD or are left out.
 */
export async function readFailure(folders: TrainingFolders): Promise<string | undefined> {
  const file = await open(folders.failure, "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    // The container wrote the file, so no more is read of it than can be used (4 bytes a character).
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
    // This happens, for example, if `failure` is a folder.
    return undefined;
  } finally {
    await file.close();
  }
}

/**
 * Returns `kind: text, suffix`. The text is shortened so that the whole fits FailureReason and no character is cut in
 * two.
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

/** Returns at most `length` UTF-16 code units of a text, and never half a surrogate pair. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const startsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, startsPair ? length - 1 : length);
}
