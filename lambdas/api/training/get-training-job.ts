import { taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { TrainingJobs } from "../../stores/training-jobs";
import { pollAfterSeconds } from "../../training/poll-interval";
import { trainingJobResource } from "./training-job-resource";

export interface GetTrainingJobParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get">;
  readonly now: () => Date;
  readonly checkpointDays: number;
}

/** Returns a training job. It reads one item only, because clients poll this operation. */
export async function getTrainingJob({
  request,
  trainingJobs,
  now,
  checkpointDays,
}: GetTrainingJobParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await ownedItem("TRAINING_JOB", trainingJobs, { sub, id: request.pathParameter("trainingJobId") });
  return await taggedResponse({
    request,
    tag: versionTag(item),
    headers: retryAfter(pollAfterSeconds(item, now())),
    response: () => jsonResponse({ status: 200, body: trainingJobResource(item, { now: now(), checkpointDays }) }),
  });
}
