import { createTrainingJobSchema } from "../../../domain/schemas/api/training";
import { versionTag } from "../../http/entity-tag";
import { respondOnce } from "../../http/idempotency";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { techniqueErrors } from "../../http/technique-values";
import { parseBodyWithStoredErrors } from "../../http/validation";
import type { IdempotencyRecords } from "../../stores/idempotency-records";
import type { TrainingJobItem } from "../../stores/items";
import { pollAfterSeconds } from "../../training/poll-interval";
import { submitTrainingJob, type SubmitTrainingJobParams } from "../../training/submit-training-job";
import { dataChoiceErrors } from "../../training/training-plan";
import { trainingJobResource } from "./training-job-resource";

export interface CreateTrainingJobParams extends Omit<SubmitTrainingJobParams, "sub" | "body" | "idempotency"> {
  readonly request: Request;
  readonly idempotencyRecords: IdempotencyRecords;
  readonly checkpointDays: number;
}

/** Accepts a training job, and returns 202 with the job. */
export async function createTrainingJob({
  request,
  idempotencyRecords,
  checkpointDays,
  ...ports
}: CreateTrainingJobParams): Promise<Response> {
  const { now } = ports;
  const sub = request.subject();
  requireNoQuery(request);
  const body = await parseBodyWithStoredErrors({
    request,
    schema: createTrainingJobSchema,
    alsoCheck: (raw) => techniqueErrors(raw, "hyperparameters"),
    storedErrors: async (raw) => await dataChoiceErrors(raw, sub, ports),
  });
  return await respondOnce({
    request,
    records: idempotencyRecords,
    now,
    create: async (idempotency) => await submitTrainingJob({ ...ports, sub, body, idempotency }),
    respond: (item: TrainingJobItem) => {
      const response = jsonResponse({ status: 202, body: trainingJobResource(item, { now: now(), checkpointDays }) });
      return {
        ...response,
        headers: {
          ...response.headers,
          ...retryAfter(pollAfterSeconds(item, now())),
          location: `/training-jobs/${item.id}`,
          etag: versionTag(item),
        },
      };
    },
  });
}
