/** Runs a training image as SageMaker runs a training job of ours: to its end, stopped, resumed, and without its data. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { openCatalogue } from "../../domain/datasets/catalogue-file";
import { sampleMelodies } from "../../domain/music/sample-melodies";
import { modelCardSchema } from "../../domain/schemas/model-card";
import { techniques } from "../../domain/techniques/registry";
import { metricDefinitionsOf } from "../../domain/training/metric-definitions";
import { parseProgress } from "../../domain/training/progress";
import { isReadable } from "../../domain/training/selection";
import type { TrainingJobItem } from "../../lambdas/stores/items";
import { trainingJobRequest as requestOf } from "../../lambdas/training/training-job-request";
import {
  makeTrainingFolders,
  type TrainingFolders,
  trainingFolders,
} from "../../local/sagemaker/training/folder-contract";
import {
  type TrainingJobRequest,
  trainingJobRequest as requestReader,
} from "../../local/sagemaker/training/training-job-request";
import { datasetManifestFile, modelCardFile, modelFile, progressFile } from "../../naming/object-keys";
import { perTrainedTechnique, type TrainedTechniqueId } from "../../naming/resource-names";
import { manifestSchema as datasetManifestSchema, readDataset } from "../../tools/seeding/stock-dataset";
import { ContainerRun } from "./container-run";
import type { BuiltImage } from "./image-builder";

export interface TrainingCheckParams {
  readonly folder: string;
  readonly technique: TrainedTechniqueId;
  readonly image: BuiltImage;
  /** The folder of a built data set. */
  readonly dataset: string;
}

/** The pieces of the data set that a job trains on and is judged by: few, because this looks at the image. */
const piecesOfSplit = { train: 12, validation: 4 } as const;
/** The memory of ml.m5.xlarge is 16 GiB; what fits into half of it fits there. */
const memoryMegabytes = 8_192;
/** Seconds that SageMaker gives between SIGTERM and SIGKILL. */
const graceSeconds = 120;
const jobId = "01J00000000000000000000000";
const instant = "2026-01-01T00:00:00.000Z";

const manifestSchema = datasetManifestSchema.extend({ licence: z.string() });

/** Returns what was seen, a line for each thing. Throws an Error that names the first thing that was wrong. */
export async function checkTraining(params: TrainingCheckParams): Promise<string[]> {
  const seen: string[] = [];
  const whole = await makeJob(params, "whole", 2);
  let run = await runJob(params, whole);
  if (run.status !== 0) throw new Error(`It ended with ${run.status}: ${run.log.slice(-3_000)}`);
  seen.push(`2 epochs: ${epochsOf(whole.folders)} epochs of progress, ${describeModel(whole.folders)}, exit 0`);
  const metrics = metricDefinitionsOf(params.technique);
  const silent = metrics.filter(({ Regex }) => !new RegExp(Regex, "m").test(run.log));
  if (silent.length > 0) throw new Error(`Its output has no value of ${silent.map(({ Name }) => Name).join(", ")}.`);
  seen.push(`output: all ${metrics.length} metrics are read by their expressions`);
  if (existsSync(whole.folders.failure)) throw new Error("It wrote a failure though it ended well.");

  const stopped = await makeJob(params, "stopped", 500);
  run = await runJob(params, stopped, () => epochsOf(stopped.folders) >= 1);
  const doneEpochs = epochsOf(stopped.folders);
  if (run.status !== 0) throw new Error(`It ended with ${run.status} after SIGTERM: ${run.log.slice(-3_000)}`);
  if (run.secondsToStop > graceSeconds) throw new Error(`It took ${run.secondsToStop} s to stop.`);
  const checkpoints = readdirSync(stopped.folders.checkpoints);
  if (!checkpoints.some((name) => name.startsWith("last."))) throw new Error("It left no checkpoint after SIGTERM.");
  const stop = `SIGTERM after ${doneEpochs} epochs: exit 0 after ${run.secondsToStop.toFixed(1)} s`;
  seen.push(`${stop}, a checkpoint, ${describeModel(stopped.folders)}`);

  const resumed = await makeJob(params, "resumed", doneEpochs + 1);
  cpSync(stopped.folders.checkpoints, resumed.folders.checkpoints, { recursive: true });
  run = await runJob(params, resumed);
  if (run.status !== 0) throw new Error(`It ended with ${run.status} when it resumed: ${run.log.slice(-3_000)}`);
  const [before, after] = [progressOf(stopped.folders), progressOf(resumed.folders)];
  if (!after.startsWith(before) || epochsOf(resumed.folders) !== doneEpochs + 1) {
    throw new Error(`It did not go on after epoch ${doneEpochs}: ${after}`);
  }
  seen.push(`resumed from that checkpoint: one more epoch, ${describeModel(resumed.folders)}, exit 0`);

  const without = await makeJob(params, "without", 1);
  rmSync(without.folders.channel("selection"), { recursive: true });
  run = await runJob(params, without);
  const failure = existsSync(without.folders.failure) ? readFileSync(without.folders.failure, "utf8") : "";
  if (run.status !== 1 || !failure.includes("selection")) {
    throw new Error(`Without its selection it ended with ${run.status} and the failure "${failure}".`);
  }
  seen.push(`without its selection: exit 1, failure "${failure}"`);
  return seen;
}

interface Job {
  readonly name: string;
  readonly request: TrainingJobRequest;
  readonly folders: TrainingFolders;
}

/** Lays out /opt/ml as SageMaker would for a job that our workflow requests. */
async function makeJob(
  { folder, technique, dataset }: TrainingCheckParams,
  name: string,
  epochs: number,
): Promise<Job> {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(join(dataset, datasetManifestFile), "utf8")));
  const { id, version, sha256, licence } = manifest;
  const job: TrainingJobItem = {
    schemaVersion: 1,
    kind: "TRAINING_JOB",
    sub: "images-verify",
    id: jobId,
    name: "A look at the image",
    createdAt: instant,
    updatedAt: instant,
    version: 1,
    technique,
    state: "STARTING",
    topics: {},
    dataset: { id, version, sha256 },
    hyperparameters: { ...defaultHyperparameters(technique), epochs, modelSize: "small", batchSize: 8 },
    maxRuntimeSeconds: 3_600,
    attempt: 1,
    launch: 1,
    stopRequested: false,
    progress: { epoch: 0, epochs, percent: 0 },
    convergence: { state: "fluctuating" },
    resumable: false,
    usage: { trainingSeconds: 0, billableSeconds: 0 },
  };
  const request = requestReader.parse(
    requestOf({
      name: `opencomposer-${technique}-${name}`,
      job,
      stage: "prod",
      artifactsBucket: "artifacts",
      workBucket: "work",
      settings: {
        images: perTrainedTechnique(() => "image"),
        roleArn: "arn:aws:iam::123456789012:role/training",
        instanceType: "ml.m5.xlarge",
        volumeSizeGb: 10,
        useSpot: true,
        slots: 1,
        runtimeLimitSeconds: 3_600,
        queueDeadlineSeconds: 3_600,
        capacityDeadlineSeconds: 3_600,
        slotLeaseSeconds: 600,
        monitor: { firstSeconds: 15, laterSeconds: 60, firstForSeconds: 300 },
        waitSeconds: 60,
      },
    }),
  );
  const folders = trainingFolders(join(folder, `${technique}-${name}`), request);
  await makeTrainingFolders(folders, request);
  // The local SageMaker moves /opt/ml; here the container has the true one.
  writeFileSync(
    join(folders.root, "input/config/checkpointconfig.json"),
    JSON.stringify({ S3Uri: request.CheckpointConfig?.S3Uri, LocalPath: "/opt/ml/checkpoints" }),
  );
  for (const file of [...manifest.shards.map((shard) => shard.file), datasetManifestFile]) {
    cpSync(join(dataset, file), join(folders.channel("dataset"), file));
  }
  const selection = {
    schemaVersion: 1,
    jobId,
    technique,
    dataset: { id, version, sha256, licence },
    topics: {},
    pieces: fewPieces(dataset),
    melodies: sampleMelodies.slice(0, 1).map(({ id: melodyId, name: title, tempo, bars, notes }) => ({
      id: melodyId,
      name: title,
      tempo,
      bars,
      notes,
    })),
  };
  writeFileSync(join(folders.channel("selection"), "manifest.json"), JSON.stringify(selection));
  return { name, request, folders };
}

function defaultHyperparameters(technique: TrainedTechniqueId): Record<string, number | boolean | string> {
  return Object.fromEntries(techniques[technique].hyperparameters.map(({ name, default: value }) => [name, value]));
}

function fewPieces(dataset: string): { readonly id: string; readonly split: string }[] {
  const { catalogue } = openCatalogue(readDataset(dataset).catalogue);
  const pieces = catalogue.pieces(catalogue.narrow(catalogue.select({}), isReadable));
  return (["train", "validation"] as const).flatMap((split) =>
    pieces
      .filter((piece) => piece.split === split)
      .slice(0, piecesOfSplit[split])
      .map(({ id }) => ({ id, split })),
  );
}

interface EndedRun {
  readonly status: number;
  readonly log: string;
  /** Seconds between SIGTERM and the end; 0 if none was sent. */
  readonly secondsToStop: number;
}

/** Runs a job to its end. With `stopWhen`, sends SIGTERM as soon as it returns true. */
async function runJob(
  { folder, technique, image }: TrainingCheckParams,
  job: Job,
  stopWhen?: () => boolean,
): Promise<EndedRun> {
  const run = new ContainerRun({
    folder,
    name: `${technique}-train-${job.name}`,
    image,
    command: "train",
    variables: {
      ...job.request.Environment,
      TRAINING_JOB_NAME: job.request.TrainingJobName,
      TRAINING_JOB_ARN: `arn:aws:sagemaker:eu-west-1:123456789012:training-job/${job.request.TrainingJobName}`,
    },
    uid: 0,
    opt: { folder: job.folders.root, writable: true },
    memoryMegabytes,
  });
  try {
    if (stopWhen === undefined) return { status: await run.exited, log: run.log(), secondsToStop: 0 };
    await run.until("its first epoch was complete", stopWhen);
    const stoppedAt = Date.now();
    run.signal("SIGTERM");
    const status = await run.exited;
    return { status, log: run.log(), secondsToStop: (Date.now() - stoppedAt) / 1_000 };
  } finally {
    await run.remove();
  }
}

function progressOf({ checkpoints }: TrainingFolders): string {
  const file = join(checkpoints, progressFile);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const epochsOf = (folders: TrainingFolders): number => parseProgress(progressOf(folders)).epochs.length;

/** Returns a few words about the model in the model folder. Throws an Error if there is none, or none of ours. */
function describeModel({ model }: TrainingFolders): string {
  const card = modelCardSchema.parse(JSON.parse(readFileSync(join(model, modelCardFile), "utf8")));
  const { size } = statSync(join(model, modelFile));
  if (size !== card.model.bytes) throw new Error(`The model has ${size} bytes, and its card says ${card.model.bytes}.`);
  return `a model of ${(size / 1e6).toFixed(1)} MB with its card`;
}
