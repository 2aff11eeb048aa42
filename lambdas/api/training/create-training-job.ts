import { createTrainingJobSchema } from "../../../domain/schemas/api/training";
import type { UserQuotas } from "../../../domain/schemas/user-quotas";
import { openWorkOwner, ownedKey } from "../../../naming/table-keys";
import { versionTag } from "../../http/entity-tag";
import { respondOnce } from "../../http/idempotency";
import { joinedProblem, Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { shortValue } from "../../http/short-value";
import { techniqueErrors } from "../../http/technique-values";
import { parseBodyAndLookUp } from "../../http/validation";
import type { Catalogues } from "../../stores/catalogues";
import type { IdempotencyRecords } from "../../stores/idempotency-records";
import { quotaHeld, type TrainingJobItem } from "../../stores/items";
import type { ObjectStore } from "../../stores/objects";
import { doneWith } from "../../stores/outcome";
import type { TrainingJobs } from "../../stores/training-jobs";
import type { MetricRecorder } from "../../telemetry/metrics";
import {
  dataChoiceErrors,
  planTraining,
  type PlanTrainingParams,
  resumableJobs,
  type TrainingPlan,
} from "../../training/training-plan";
import { pollAfterSeconds } from "./poll-interval";
import { trainingJobResource } from "./training-job-resource";

export interface CreateTrainingJobParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "create">;
  readonly catalogues: Catalogues;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly quotas: UserQuotas;
  readonly runtimeLimitSeconds: number;
  readonly checkpointDays: number;
  readonly work: Pick<ObjectStore, "list">;
  readonly metrics: MetricRecorder;
  readonly newId: () => string;
  readonly now: () => Date;
}

const defaultRunSeconds = 3600;

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

/** @throws Problem 422 with the broken fields of the plan and of the run's length together */
async function planWithin(runtimeLimitSeconds: number, params: PlanTrainingParams): Promise<TrainingPlan> {
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

/** Accepts a training job. The workflow begins from the table's stream: one write, so nothing can be half begun. */
export async function createTrainingJob(params: CreateTrainingJobParams): Promise<Response> {
  const { request, trainingJobs, catalogues, idempotencyRecords, quotas, runtimeLimitSeconds, metrics, newId, now } =
    params;
  const { work, checkpointDays } = params;
  const sub = request.subject();
  requireNoQuery(request);
  const body = await parseBodyAndLookUp({
    request,
    schema: createTrainingJobSchema,
    alsoCheck: (raw) => techniqueErrors(raw, "hyperparameters"),
    lookUp: async (raw) => await dataChoiceErrors(raw, catalogues),
  });
  return await respondOnce({
    request,
    records: idempotencyRecords,
    now,
    create: async (recordResponse) => {
      const maxRuntimeSeconds = body.maxRuntimeSeconds ?? Math.min(defaultRunSeconds, runtimeLimitSeconds);
      const plan = { sub, body, trainingJobs, catalogues, work };
      const { dataset, topics, hyperparameters, completedEpochs } = await planWithin(runtimeLimitSeconds, plan);
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
      const response = jsonResponse({ status: 202, body: trainingJobResource(item, { now: now(), checkpointDays }) });
      const created = {
        ...response,
        headers: {
          ...response.headers,
          ...retryAfter(pollAfterSeconds(item, now())),
          location: `/training-jobs/${id}`,
          etag: versionTag(item),
        },
      };
      const outcome = await trainingJobs.create({
        item,
        // Its model has a place from now on. How large it will be is not known: there must be room for something.
        takes: { openTrainingJobs: 1, ...quotaHeld(item), storedBytes: 0 },
        quotas,
        idempotency: recordResponse(created),
        mustExist: resumeFrom === undefined ? [] : [ownedKey("TRAINING_JOB", sub, resumeFrom)],
      });
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
      return doneWith(created);
    },
  });
}
