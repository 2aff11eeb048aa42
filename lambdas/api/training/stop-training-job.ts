import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { TrainingJobs } from "../../stores/training-jobs";
import { pollAfterSeconds } from "../../training/poll-interval";
import { requestStop } from "../../training/request-stop";
import { trainingJobResource } from "./training-job-resource";

export interface StopTrainingJobParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "change">;
  readonly now: () => Date;
  readonly checkpointDays: number;
}

/** Asks for the end of a training job. It returns 202, because the job ends later. */
export async function stopTrainingJob({
  request,
  trainingJobs,
  now,
  checkpointDays,
}: StopTrainingJobParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  requireNoQuery(request);
  const stopped = await changeOwned({
    request,
    load: async () => await ownedItem("TRAINING_JOB", trainingJobs, owned),
    change: async (item) => await requestStop({ item, trainingJobs }),
  });
  return jsonResponse({
    status: 202,
    body: trainingJobResource(stopped, { now: now(), checkpointDays }),
    headers: {
      etag: versionTag(stopped),
      location: `/training-jobs/${owned.id}`,
      ...retryAfter(pollAfterSeconds(stopped, now())),
    },
  });
}
