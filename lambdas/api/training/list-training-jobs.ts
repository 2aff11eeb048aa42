import { pageResponse } from "../../http/page-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { TrainingJobItem } from "../../stores/items";
import type { TrainingJobs } from "../../stores/training-jobs";
import { trainingJobResource } from "./training-job-resource";

export interface ListTrainingJobsParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "list">;
  readonly now: () => Date;
  readonly checkpointDays: number;
}

/** Lists the caller's training jobs. */
export async function listTrainingJobs(params: ListTrainingJobsParams): Promise<Response> {
  const { request, trainingJobs, now, checkpointDays } = params;
  const life = { now: now(), checkpointDays };
  const resource = (item: TrainingJobItem) => trainingJobResource(item, life);
  return await pageResponse({ request, kind: "TRAINING_JOB", list: trainingJobs.list, resource });
}
