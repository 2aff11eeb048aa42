import type { UserQuotas } from "../../domain/schemas/user-quotas";
import { isStockDatasetId } from "../../naming/resource-names";
import { datasetVersionKey, datasetVersionPrefix, openWorkOwner, ownedKey } from "../../naming/table-keys";
import { joinedProblem, Problem } from "../problems/problem";
import { shortValue } from "../problems/short-value";
import type { IdempotencyOf } from "../stores/idempotency-records";
import { quotaHeld, type TrainingJobItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { doneWith, type Outcome, type QuotaReached, type Repeated, type Stale } from "../stores/outcome";
import type { TrainingJobs } from "../stores/training-jobs";
import type { MetricRecorder } from "../telemetry/metrics";
import type { CataloguePorts } from "./catalogue";
import {
  type CreateTrainingJob,
  planTraining,
  type PlanTrainingParams,
  resumableJobs,
  type TrainingPlan,
} from "./training-plan";

export interface SubmitTrainingJobParams extends CataloguePorts {
  readonly sub: string;
  readonly body: CreateTrainingJob;
  readonly idempotency: IdempotencyOf<TrainingJobItem>;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "create">;
  readonly work: Pick<ObjectStore, "list">;
  readonly quotas: UserQuotas;
  readonly runtimeLimitSeconds: number;
  readonly metrics: MetricRecorder;
  readonly newId: () => string;
  readonly now: () => Date;
}

const defaultRunSeconds = 3600;

/** Returns the problem of a run that is too long for this deployment; undefined for any other run. */
function runTooLong(seconds: number | undefined, max: number): Problem | undefined {
  if (seconds === undefined || seconds <= max) return undefined;
  return new Problem("RUN_TOO_LONG", {
    detail: `maxRuntimeSeconds is ${seconds}; this deployment allows ${max}.`,
    errors: [
      {
        pointer: "/maxRuntimeSeconds",
        reason: "is over this deployment's limit",
        value: seconds,
        allowed: `60 to ${max}`,
      },
    ],
  });
}

/** Returns the number of seconds after which a job is stopped. */
export const runtimeOf = ({ maxRuntimeSeconds }: CreateTrainingJob, runtimeLimitSeconds: number): number =>
  maxRuntimeSeconds ?? Math.min(defaultRunSeconds, runtimeLimitSeconds);

/**
 * Returns the plan of a job.
 * @throws Problem 422 with the broken fields of the plan and of the run's length together
 */
export async function planWithin(runtimeLimitSeconds: number, params: PlanTrainingParams): Promise<TrainingPlan> {
  const tooLong = runTooLong(params.body.maxRuntimeSeconds, runtimeLimitSeconds);
  let plan: TrainingPlan;
  try {
    plan = await planTraining(params);
  } catch (error) {
    throw tooLong !== undefined && error instanceof Problem && error.errors ? joinedProblem(tooLong, error) : error;
  }
  if (tooLong !== undefined) throw tooLong;
  return plan;
}

/**
 * Plans a training job and writes its row. The table's stream then starts the workflow. There is only one write, so
 * nothing can be half begun.
 * @throws Problem 422 when the job cannot be trained as it was asked for
 */
export async function submitTrainingJob(
  params: SubmitTrainingJobParams,
): Promise<Outcome<TrainingJobItem, Repeated | QuotaReached | Stale>> {
  const { sub, body, idempotency, trainingJobs, quotas, runtimeLimitSeconds, metrics } = params;
  const { newId, now } = params;
  const maxRuntimeSeconds = runtimeOf(body, runtimeLimitSeconds);
  const { dataset, topics, hyperparameters, completedEpochs } = await planWithin(runtimeLimitSeconds, params);
  const { name, technique, resumeFrom } = body;
  const id = newId();
  const createdAt = now().toISOString();
  const epochs = Number(hyperparameters["epochs"] ?? 1);
  const item: TrainingJobItem = {
    schemaVersion: 1,
    kind: "TRAINING_JOB",
    sub,
    id,
    name,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    holds: { trainingJobs: 1, models: 1 },
    technique,
    state: "PENDING",
    topics,
    dataset,
    hyperparameters,
    maxRuntimeSeconds,
    ...(resumeFrom === undefined ? {} : { resumeFrom }),
    attempt: 1,
    launch: 0,
    stopRequested: false,
    progress: {
      epoch: completedEpochs,
      epochs,
      percent: Math.round((1000 * completedEpochs) / epochs) / 10,
    },
    convergence: { state: "fluctuating" },
    resumable: false,
    usage: { trainingSeconds: 0, billableSeconds: 0 },
    openWork: "TRAINING_JOB",
    openWorkOwner: openWorkOwner(sub, id),
  };
  const outcome = await trainingJobs.create({
    item,
    // The job takes the quota of its model now. The model's size is unknown, so only the quota must not be used up.
    takes: { openTrainingJobs: 1, ...quotaHeld(item), storedBytes: 0 },
    quotas,
    idempotency: idempotency(item),
    mustExist: [
      ...(resumeFrom === undefined ? [] : [ownedKey("TRAINING_JOB", sub, resumeFrom)]),
      ...(isStockDatasetId(dataset.id) ? [] : [datasetVersionKey({ sub, id: dataset.id }, dataset.version)]),
    ],
  });
  if (outcome.kind === "REFERENCE_GONE" && outcome.key.sk.startsWith(datasetVersionPrefix(dataset.id))) {
    throw new Problem("DATASET_NOT_FOUND", { detail: `The data set ${dataset.id} has just been deleted.` });
  }
  if (outcome.kind === "REFERENCE_GONE") {
    throw new Problem("RESUME_NOT_POSSIBLE", {
      detail: "The job to be resumed has just been deleted.",
      errors: [
        {
          pointer: "/resumeFrom",
          reason: "does not exist any more",
          ...shortValue(resumeFrom),
          allowed: resumableJobs,
        },
      ],
    });
  }
  if (outcome.kind !== "DONE") return outcome;
  metrics.record("JobsSubmitted");
  return doneWith(item);
}
