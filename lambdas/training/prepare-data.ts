import { sampleMelodies } from "../../domain/music/sample-melodies";
import type { Failure } from "../../domain/schemas/failure";
import type { DatasetReference } from "../../domain/schemas/training-parts";
import { dataShortage, type SplitPiece } from "../../domain/training/selection";
import {
  checkpointsPrefix,
  type OwnedBy,
  progressFile,
  referenceFile,
  samplesFolder,
  selectionManifestKey,
} from "../../naming/object-keys";
import type { Catalogues } from "../stores/catalogues";
import type { TrainingJobItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import type { TrainingJobs } from "../stores/training-jobs";
import type { Log } from "../telemetry/logger";
import { copyObjects } from "./copy-objects";
import { learnedPieces } from "./learned-pieces";
import { type ClosedJob, openJob } from "./open-job";
import type { StepInput } from "./step-input";

export interface PrepareDataParams {
  readonly input: StepInput;
  readonly trainingJobs: Pick<TrainingJobs, "get">;
  readonly catalogues: Catalogues;
  readonly work: Pick<ObjectStore, "bucket" | "write" | "list" | "copy">;
  readonly log: Log;
}

export type PrepareDataResult =
  | { readonly outcome: "PREPARED" }
  | { readonly outcome: "STOP_REQUESTED" }
  | { readonly outcome: "REFUSED"; readonly failure: Failure }
  | ClosedJob;

/** The number of sample melodies from which samples are made. */
const sampledMelodies = 3;
/** The maximum number of bars of such a melody. */
const maxSampledBars = 16;
/**
 * The maximum number of objects that are copied. A checkpoint folder contains a few files and at most three samples for
 * each epoch.
 */
const maxObjects = 20_000;

/**
 * Writes the `selection` channel (contracts/training-selection) and, for a resumed job, copies the old job's files into
 * the new job's own checkpoint folder. A second run writes the same again.
 */
export async function prepareData({
  input,
  trainingJobs,
  catalogues,
  work,
  log,
}: PrepareDataParams): Promise<PrepareDataResult> {
  const openedJob = await openJob(trainingJobs, input);
  if (openedJob.outcome !== "OPEN") return openedJob;
  const { job } = openedJob;
  if (job.stopRequested) return { outcome: "STOP_REQUESTED" };

  const opened = await catalogues.get(job.dataset.id);
  if (opened === undefined) return { outcome: "REFUSED", failure: datasetMissing(job) };
  const { dataset, catalogue } = opened;
  const { timeSignature, pieces: learned, leftOut } = learnedPieces(catalogue, job.topics);
  const pieces = catalogue.pieces(learned);
  const failure = datasetChanged(job, dataset) ?? tooLittleData(pieces);
  if (failure !== undefined) return { outcome: "REFUSED", failure };
  const manifest = {
    schemaVersion: 1,
    jobId: job.id,
    technique: job.technique,
    dataset: { ...job.dataset, licence: dataset.licence },
    // A tag without values selects nothing, so it is left out.
    topics: Object.fromEntries(Object.entries(job.topics).filter(([, values]) => values.length > 0)),
    // Without a filter the list would only repeat the data set, and a large one is told in megabytes.
    ...(pieces.length === catalogue.size ? { all: true } : { pieces: pieces.map(({ id, split }) => ({ id, split })) }),
    // The model takes no melody in another time signature.
    melodies: sampleMelodies
      .filter((melody) => melody.timeSignature === timeSignature && melody.bars <= maxSampledBars)
      .slice(0, sampledMelodies)
      .map(({ id, name, tempo, bars, notes }) => ({
        ...{ id, name, tempo, bars, notes },
        ...(timeSignature === "4/4" ? {} : { timeSignature }),
      })),
  };
  await work.write({
    key: selectionManifestKey(job),
    body: JSON.stringify(manifest),
    contentType: "application/json",
  });
  log.info("selection written", { pieces: pieces.length, timeSignature, leftOut });

  // After the first launch, the folder contains this job's own checkpoints.
  if (job.resumeFrom === undefined || job.launch > 0) return { outcome: "PREPARED" };
  return await copyCheckpoints({ job, from: { sub: job.sub, id: job.resumeFrom }, work, log });
}

/** Returns the failure of a job that was made for other data. */
function datasetChanged(job: TrainingJobItem, dataset: DatasetReference): Failure | undefined {
  if (dataset.version === job.dataset.version && dataset.sha256 === job.dataset.sha256) return undefined;
  return {
    code: "DATASET_CHANGED",
    message: `The data set ${job.dataset.id} has been replaced since the job was made. Make a new job.`,
    retryable: false,
  };
}

function tooLittleData(pieces: readonly SplitPiece[]): Failure | undefined {
  const shortage = dataShortage(pieces);
  if (shortage === undefined) return undefined;
  return { code: "TOO_LITTLE_DATA", message: `${shortage.message} Choose more topics.`, retryable: false };
}

const datasetMissing = (job: TrainingJobItem): Failure => ({
  code: "DATASET_NOT_FOUND",
  message: `The data set ${job.dataset.id} does not exist.`,
  retryable: false,
});

interface CopyCheckpointsParams {
  readonly job: OwnedBy;
  readonly from: OwnedBy;
  readonly work: PrepareDataParams["work"];
  readonly log: Log;
}

/** Returns true for a file from which a training goes on, or which its owner has heard or seen so far. */
const isCarriedOver = (name: string): boolean =>
  name === progressFile ||
  name === referenceFile ||
  /^(last|best)\.[^/]+$/.test(name) ||
  name.startsWith(samplesFolder);

async function copyCheckpoints({ job, from, work, log }: CopyCheckpointsParams): Promise<PrepareDataResult> {
  const oldPrefix = checkpointsPrefix(from);
  const names = (await work.list(oldPrefix, maxObjects))
    .map(({ key }) => key.slice(oldPrefix.length))
    .filter(isCarriedOver);
  if (!names.some((name) => name.startsWith("last."))) {
    const failure: Failure = {
      code: "CHECKPOINT_GONE",
      message:
        "The job that was to be resumed has no checkpoint any more, because checkpoints are kept for some days only.",
      retryable: false,
    };
    return { outcome: "REFUSED", failure };
  }
  const copied = await copyObjects({
    to: work,
    copies: names.map((name) => ({
      from: { bucket: work.bucket, key: `${oldPrefix}${name}` },
      to: `${checkpointsPrefix(job)}${name}`,
    })),
  });
  log.info("checkpoints copied", { copied, resumeFrom: from.id });
  return { outcome: "PREPARED" };
}
