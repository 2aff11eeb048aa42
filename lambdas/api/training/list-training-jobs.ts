import { trainingJobListQuerySchema } from "../../../domain/schemas/api/training";
import { isWanted, pageResponse } from "../../http/page-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { TrainingJobs } from "../../stores/training-jobs";
import { trainingJobResource } from "./training-job-resource";

export interface ListTrainingJobsParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "summaries" | "getMany">;
  readonly now: () => Date;
  readonly checkpointDays: number;
}

/** Lists the caller's training jobs. */
export async function listTrainingJobs(params: ListTrainingJobsParams): Promise<Response> {
  const { request, trainingJobs, now, checkpointDays } = params;
  const life = { now: now(), checkpointDays };
  return await pageResponse({
    request,
    kind: "TRAINING_JOB",
    query: trainingJobListQuerySchema,
    summaries: async (sub) => await trainingJobs.summaries(sub),
    passes: (row, { technique, state, modelId }) =>
      isWanted(row.technique, technique) && isWanted(row.state, state) && isWanted(row.modelId, modelId),
    resources: async ({ sub, ids }) =>
      (await trainingJobs.getMany(sub, ids)).map((item) => trainingJobResource(item, life)),
  });
}
