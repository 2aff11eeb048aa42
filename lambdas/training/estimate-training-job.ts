/** Tells what a training would take, from its plan and from what an earlier training has measured. */
import type { OpenedCatalogue } from "../../domain/datasets/catalogue-file";
import { techniques } from "../../domain/techniques/registry";
import type { ParameterValue } from "../../domain/techniques/technique";
import {
  epochSeconds,
  type MeasuredEpoch,
  sizesBySplit,
  type SplitSize,
  stepsOf,
} from "../../domain/training/learning-size";
import type { Split, Topics } from "../../domain/training/selection";
import { isStockDatasetId } from "../../naming/resource-names";
import type { TrainingJobItem } from "../stores/items";
import type { TrainingJobs } from "../stores/training-jobs";
import { loadCatalogue } from "./catalogue";
import { learnedPieces } from "./learned-pieces";
import { planWithin, runtimeOf } from "./submit-training-job";
import type { PlanTrainingParams, TrainingPlan } from "./training-plan";

export interface EstimateTrainingJobParams extends PlanTrainingParams {
  readonly trainingJobs: Pick<TrainingJobs, "get" | "getMany" | "summaries">;
  readonly runtimeLimitSeconds: number;
  readonly trainingInstanceType: string;
}

export interface TrainingEstimate {
  readonly plan: TrainingPlan;
  readonly sizes: Readonly<Record<Split, SplitSize>>;
  readonly stepsPerEpoch: number;
  /** The epochs that the job would train itself. */
  readonly epochs: number;
  readonly maxRuntimeSeconds: number;
  /** Undefined if no training was measured. */
  readonly epoch: { readonly seconds: number; readonly job: TrainingJobItem } | undefined;
}

type Values = Readonly<Record<string, ParameterValue>>;

const batchSizeOf = (hyperparameters: Values): number => Number(hyperparameters["batchSize"] ?? 1);

/** Returns the music of each split that topics select. */
const sizesOf = (
  { catalogue }: OpenedCatalogue,
  { technique, topics }: { readonly technique: TrainingJobItem["technique"]; readonly topics: Topics },
): Readonly<Record<Split, SplitSize>> =>
  sizesBySplit(catalogue.pieces(learnedPieces(catalogue, topics).pieces), techniques[technique].windows);

/** The number of the latest trainings of a technique among which the speed is looked for. */
const maxLookedAt = 25;

/**
 * Returns the user's latest training of the technique and the model size that has measured an epoch on these machines. One
 * that was resumed is left out, because its row may still have an epoch of the training before.
 */
async function lastMeasured(
  { sub, body, trainingJobs, trainingInstanceType }: EstimateTrainingJobParams,
  { hyperparameters }: TrainingPlan,
): Promise<TrainingJobItem | undefined> {
  const ids = (await trainingJobs.summaries(sub))
    .filter(({ technique }) => technique === body.technique)
    .map(({ id }) => id)
    .sort()
    .reverse();
  return (await trainingJobs.getMany(sub, ids.slice(0, maxLookedAt))).find(
    (job) =>
      job.resumeFrom === undefined &&
      job.instanceType === trainingInstanceType &&
      job.hyperparameters["modelSize"] === hyperparameters["modelSize"] &&
      measuredEpoch(job, undefined) !== undefined,
  );
}

/** Returns the latest epoch of a training; undefined if its row has no speed. */
function measuredEpoch(job: TrainingJobItem, catalogue: OpenedCatalogue | undefined): MeasuredEpoch | undefined {
  const windowsPerSecond = job.latestMetrics?.["samplesPerSecond"];
  const seconds = job.latestMetrics?.["seconds"];
  if (typeof windowsPerSecond !== "number" || typeof seconds !== "number" || windowsPerSecond <= 0) return undefined;
  const isSame = catalogue?.dataset.sha256 === job.dataset.sha256;
  const batchSize = batchSizeOf(job.hyperparameters);
  const windows = isSame ? stepsOf(sizesOf(catalogue, job).train.windows, batchSize) * batchSize : undefined;
  return { windowsPerSecond, seconds, windows };
}

/**
 * Returns the estimate of a training. Nothing is launched or written.
 * @throws Problem 422 when the job could not be trained as it was asked for
 */
export async function estimateTrainingJob(params: EstimateTrainingJobParams): Promise<TrainingEstimate> {
  const { sub, body, runtimeLimitSeconds } = params;
  const plan = await planWithin(runtimeLimitSeconds, params);
  const catalogue = await loadCatalogue(params, {
    ...{ sub, datasetId: plan.dataset.id },
    ...(isStockDatasetId(plan.dataset.id) ? {} : { versionId: plan.dataset.version }),
  });
  const sizes = sizesOf(catalogue, { technique: body.technique, topics: plan.topics });
  const batchSize = batchSizeOf(plan.hyperparameters);
  const stepsPerEpoch = stepsOf(sizes.train.windows, batchSize);
  const job = await lastMeasured(params, plan);
  const measured = job === undefined ? undefined : measuredEpoch(job, catalogue);
  return {
    plan,
    sizes,
    stepsPerEpoch,
    epochs: Number(plan.hyperparameters["epochs"] ?? 1) - plan.completedEpochs,
    maxRuntimeSeconds: runtimeOf(body, runtimeLimitSeconds),
    epoch:
      job === undefined || measured === undefined
        ? undefined
        : { seconds: epochSeconds(stepsPerEpoch * batchSize, measured), job },
  };
}
