import { trainingJobResource } from "../../../domain/schemas/api/training";
import type { TrainingJobItem } from "../../../domain/schemas/items";
import type { TrainingJobs } from "../../stores/training-jobs";
import type { Answer } from "../../http/answer";
import { pageAnswer } from "../../http/page-answer";
import type { Request } from "../../http/request";

export interface ListTrainingJobsParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "list">;
  readonly now: () => Date;
  readonly checkpointDays: number;
}

export async function listTrainingJobs(params: ListTrainingJobsParams): Promise<Answer> {
  const { request, trainingJobs, now, checkpointDays } = params;
  const life = { now: now(), checkpointDays };
  const resource = (item: TrainingJobItem) => trainingJobResource(item, life);
  return await pageAnswer({ request, kind: "TRAINING_JOB", list: trainingJobs.list, resource });
}
