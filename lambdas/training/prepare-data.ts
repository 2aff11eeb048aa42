import type { OpenedCatalogue } from "../../domain/datasets/catalogue-file";
import { sampleMelodies } from "../../domain/music/sample-melodies";
import type { Failure } from "../../domain/schemas/failure";
import type { DatasetReference, OwnDatasetFacts } from "../../domain/schemas/training-parts";
import { dataShortage, type SplitPiece, type Topics } from "../../domain/training/selection";
import {
  checkpointsPrefix,
  type OwnedBy,
  progressFile,
  referenceFile,
  samplesFolder,
  selectionManifestKey,
} from "../../naming/object-keys";
import { isStockDatasetId } from "../../naming/resource-names";
import type { Catalogues } from "../stores/catalogues";
import type { DatasetVersions } from "../stores/dataset-versions";
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
  readonly datasetVersions: Pick<DatasetVersions, "get">;
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
  datasetVersions,
  work,
  log,
}: PrepareDataParams): Promise<PrepareDataResult> {
  const openedJob = await openJob(trainingJobs, input);
  if (openedJob.outcome !== "OPEN") return openedJob;
  const { job } = openedJob;
  if (job.stopRequested) return { outcome: "STOP_REQUESTED" };

  const data = await dataOf(job, { catalogues, datasetVersions });
  if (data === undefined) return { outcome: "REFUSED", failure: datasetMissing(job) };
  const { dataset, catalogue, facts, topics } = data;
  const { timeSignature, pieces: learned, leftOut } = learnedPieces(catalogue, job.topics);
  const pieces = catalogue.pieces(learned);
  const failure = datasetChanged(job, dataset) ?? tooLittleData(pieces);
  if (failure !== undefined) return { outcome: "REFUSED", failure };
  const manifest = {
    schemaVersion: 1,
    jobId: job.id,
    technique: job.technique,
    dataset: { ...job.dataset, licence: dataset.licence, ...facts },
    topics,
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

interface DataOfJob extends OpenedCatalogue {
  /** What the model's card says beside that of a user's own data set. */
  readonly facts: OwnDatasetFacts;
  /** The job's topics, as the card names them. */
  readonly topics: Topics;
}

/** A card names no value that fewer pieces of a user's own data set have: it might say whose music it is. */
const minPiecesOfNamedValue = 5;

/** Returns the data of a job, and what its model's card says of them; undefined if the data set is gone. */
async function dataOf(
  job: TrainingJobItem,
  { catalogues, datasetVersions }: Pick<PrepareDataParams, "catalogues" | "datasetVersions">,
): Promise<DataOfJob | undefined> {
  // A tag without values selects nothing, so it is left out.
  const given = Object.entries(job.topics).filter(([, values]) => values.length > 0);
  const { id, version } = job.dataset;
  if (isStockDatasetId(id)) {
    const stock = await catalogues.get(id);
    return stock === undefined ? undefined : { ...stock, facts: {}, topics: Object.fromEntries(given) };
  }
  const own = await datasetVersions.get({ dataset: { sub: job.sub, id }, versionId: version });
  if (own?.content === undefined) return undefined;
  const opened = await catalogues.ofVersion(own);
  const counts = opened.catalogue.count(opened.catalogue.select({}));
  const named = given.map(([tag, values]) => {
    return [tag, values.filter((value) => (counts[tag]?.[value] ?? 0) >= minPiecesOfNamedValue)] as const;
  });
  const { lineUp, licenseKind, content } = own;
  const { extractionRule, bars } = content;
  const facts = { private: true, lineUp, extractionRule, bars, licenseKinds: { [licenseKind]: 1 } } as const;
  return { ...opened, facts, topics: Object.fromEntries(named.filter(([, values]) => values.length > 0)) };
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
