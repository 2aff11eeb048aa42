/**
 * Reads a training job's progress and samples. They are in the work bucket while the container writes them, and are
 * kept as artifacts afterwards.
 */
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import {
  checkpointsPrefix,
  parseSampleFile,
  type Sample,
  samplesFolder,
  trainingJobPrefix,
} from "../../naming/object-keys";
import { fileLost } from "../problems/lost-file";
import { ownedItem } from "../problems/owned-item";
import type { Problem } from "../problems/problem";
import type { TrainingJobItem } from "../stores/items";
import type { PresignedUrl, PresigningObjectStore } from "../stores/presigned-urls";
import type { TrainingJobs } from "../stores/training-jobs";

export interface TrainingFilesParams {
  readonly item: Pick<TrainingJobItem, "sub" | "id" | "state">;
  readonly artifacts: Pick<PresigningObjectStore, "read" | "list" | "presign">;
  readonly work: Pick<PresigningObjectStore, "read" | "list" | "presign">;
}

interface Place {
  readonly files: Pick<PresigningObjectStore, "read" | "list" | "presign">;
  readonly prefix: string;
}

/** Returns both places, the likelier one first: the copy is made just before the state becomes final. */
function places({ item, artifacts, work }: TrainingFilesParams): readonly [Place, Place] {
  const kept = { files: artifacts, prefix: trainingJobPrefix(item) };
  const written = { files: work, prefix: checkpointsPrefix(item) };
  return isFinalTrainingJobState(item.state) ? [kept, written] : [written, kept];
}

export interface TrainingFile {
  readonly bytes: Uint8Array;
  readonly presign: (expiresInSeconds: number) => Promise<PresignedUrl>;
}

/** The maximum number of samples that are listed. No job leaves so many. */
const maxSamples = 20_000;

/**
 * Returns the content of a file, or undefined if there is none.
 * @param name - inside the checkpoint folder, for example `progress.jsonl`
 * @throws ObjectTooLargeError
 */
export async function readTrainingFile(
  params: TrainingFilesParams,
  name: string,
  maxBytes: number,
): Promise<TrainingFile | undefined> {
  for (const { files, prefix } of places(params)) {
    const key = `${prefix}${name}`;
    const bytes = await files.read(key, maxBytes);
    if (bytes !== undefined) return { bytes, presign: async (seconds) => await files.presign(key, seconds) };
  }
  return undefined;
}

/** Lists the samples, ordered by epoch, then by melody. */
export async function listSamples(params: TrainingFilesParams): Promise<Sample[]> {
  for (const { files, prefix } of places(params)) {
    const samples = (await files.list(`${prefix}${samplesFolder}`, maxSamples)).flatMap(
      ({ key }) => parseSampleFile(key) ?? [],
    );
    if (samples.length === 0) continue;
    return samples.sort((a, b) => a.epoch - b.epoch || a.melodyId.localeCompare(b.melodyId));
  }
  return [];
}

/**
 * Returns true for an ended job that must have left progress and samples: both are written with its first epoch. A
 * resumed job counts the epochs of the job before it from the beginning, but has their files only after its own
 * training was prepared. The files of a job that has not ended may just not be there yet.
 */
export function mustHaveFiles({
  state,
  progress,
  resumeFrom,
  trainingJobName,
}: Pick<TrainingJobItem, "state" | "progress" | "resumeFrom" | "trainingJobName">): boolean {
  const wasPrepared = resumeFrom === undefined || trainingJobName !== undefined;
  return isFinalTrainingJobState(state) && progress.epoch > 0 && wasPrepared;
}

export interface TrainingFileLostParams {
  readonly trainingJobs: Pick<TrainingJobs, "get">;
  readonly item: TrainingJobItem;
  /** The file, as the response and the log name it. */
  readonly file: string;
  /** The reason why the existing file cannot be read; absent if there is no file. */
  readonly damage?: Error | undefined;
}

/**
 * Returns the problem of a request for a lost file that an ended job must have.
 * @throws Problem NOT_FOUND when the job was deleted meanwhile
 */
export async function trainingFileLost({ trainingJobs, item, file, damage }: TrainingFileLostParams): Promise<Problem> {
  await ownedItem("TRAINING_JOB", trainingJobs, item);
  const advice = "The job's model and its other files are not affected.";
  return fileLost({ file, resource: `training job ${item.id}`, advice, damage });
}
