import { createTrainingJobSchema, type TrainingEstimateResource } from "../../../domain/schemas/api/training";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { techniqueErrors } from "../../http/technique-values";
import { parseBodyWithStoredErrors } from "../../http/validation";
import {
  estimateTrainingJob as estimate,
  type EstimateTrainingJobParams as EstimateParams,
} from "../../training/estimate-training-job";
import { dataChoiceErrors } from "../../training/training-plan";

export interface EstimateTrainingJobParams extends Omit<EstimateParams, "sub" | "body"> {
  readonly request: Request;
}

/** Tells what a training would take. It refuses what `createTrainingJob` refuses, and keeps nothing. */
export async function estimateTrainingJob({ request, ...ports }: EstimateTrainingJobParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const body = await parseBodyWithStoredErrors({
    request,
    schema: createTrainingJobSchema,
    alsoCheck: (raw) => techniqueErrors(raw, "hyperparameters"),
    storedErrors: async (raw) => await dataChoiceErrors(raw, sub, ports),
  });
  const { plan, sizes, stepsPerEpoch, epochs, maxRuntimeSeconds, epoch } = await estimate({ ...ports, sub, body });
  const minutes = (seconds: number): number => Number((seconds / 60).toPrecision(3));
  const resource: TrainingEstimateResource = {
    technique: body.technique,
    dataset: plan.dataset,
    splits: sizes,
    stepsPerEpoch,
    epochs,
    maxRuntimeSeconds,
    minutesPerEpoch: epoch === undefined ? null : minutes(epoch.seconds),
    minutes: epoch === undefined ? null : minutes(epoch.seconds * epochs),
    measured:
      epoch === undefined
        ? null
        : {
            trainingJobId: epoch.job.id,
            epoch: epoch.job.latestMetrics?.epoch ?? 1,
            measuredAt: epoch.job.updatedAt,
            instanceType: ports.trainingInstanceType,
          },
  };
  return jsonResponse({ status: 200, body: resource });
}
