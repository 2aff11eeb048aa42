import { changeOwned } from "../../http/change-owned";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { TrainingJobs } from "../../stores/training-jobs";
import { deleteUnusedTrainingJob, type DeleteUnusedTrainingJobParams } from "../../training/delete-unused-training-job";

export interface DeleteTrainingJobParams extends Omit<DeleteUnusedTrainingJobParams, "item"> {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "remove" | "openOf">;
}

/** Deletes one of the caller's training jobs. */
export async function deleteTrainingJob({ request, ...ports }: DeleteTrainingJobParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("TRAINING_JOB", ports.trainingJobs, owned),
    change: async (item) => await deleteUnusedTrainingJob({ ...ports, item }),
  });
  return noContent;
}
