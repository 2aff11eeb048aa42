/**
 * A training job's progress and samples: in the work bucket while the container writes them, kept as artifacts after.
 */
import { isFinalTrainingJobState } from "../../domain/states/training-job-state";
import {
  checkpointsPrefix,
  type OwnedBy,
  parseSampleFile,
  type Sample,
  samplesFolder,
  trainingJobPrefix,
} from "../../naming/object-keys";
import { fileLost } from "../http/lost-file";
import type { Problem } from "../http/problem";
import { ownedItem } from "../http/refusals";
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

/** Both places, the likelier one first: the copy is made just before the state becomes final. */
function places({ item, artifacts, work }: TrainingFilesParams): readonly [Place, Place] {
  const of: OwnedBy = item;
  const kept = { files: artifacts, prefix: trainingJobPrefix(of) };
  const written = { files: work, prefix: checkpointsPrefix(of) };
  return isFinalTrainingJobState(item.state) ? [kept, written] : [written, kept];
}

export interface TrainingFile {
  readonly bytes: Uint8Array;
  readonly presign: (expiresInSeconds: number) => Promise<PresignedUrl>;
}

/** More samples than the longest job leaves. */
const maxSamples = 20_000;

/**
 * @throws ObjectTooLargeError
 * @param name - inside the checkpoint folder, for example `progress.jsonl`
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

/** By epoch, then by melody. */
export async function listSamples(params: TrainingFilesParams): Promise<Sample[]> {
  for (const { files, prefix } of places(params)) {
    const samples = (await files.list(`${prefix}${samplesFolder}`, maxSamples)).flatMap(
      ({ key }) => parseSampleFile(key) ?? [],
    );
    if (samples.length === 0) continue;
    return samples.sort((one, other) => one.epoch - other.epoch || one.melodyId.localeCompare(other.melodyId));
  }
  return [];
}

/**
 * Whether an ended job must have left progress and samples: both are written with its first epoch. A resumed job has the
 * epochs of the job before it from the beginning, and their files only once its own training was prepared. Of a job that
 * has not ended, what is not there is not there yet.
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
  readonly what: string;
  /** Why the file that is there cannot be read; absent where it is not there. */
  readonly damage?: Error | undefined;
}

/** What is answered for a file that an ended job must have. @throws ItemNotFound when the job was deleted meanwhile */
export async function trainingFileLost({ trainingJobs, item, what, damage }: TrainingFileLostParams): Promise<Problem> {
  await ownedItem("TRAINING_JOB", trainingJobs, item);
  const advice = "The job's model and its other files are not affected.";
  return fileLost({ what, of: `training job ${item.id}`, advice, damage });
}
