import { trainingJobResource } from "../../../domain/schemas/api/training";
import type { TrainingJobs } from "../../stores/training-jobs";
import { jsonAnswer, retryAfter, type Answer } from "../../http/answer";
import { taggedAnswer, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { ownedItem } from "../../http/refusals";
import { pollAfterSeconds } from "./poll-interval";

export interface GetTrainingJobParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get">;
  readonly now: () => Date;
  readonly checkpointDays: number;
}

/** One read of one item: clients poll this. */
export async function getTrainingJob({
  request,
  trainingJobs,
  now,
  checkpointDays,
}: GetTrainingJobParams): Promise<Answer> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await ownedItem("TRAINING_JOB", trainingJobs, { sub, id: request.pathParameter("trainingJobId") });
  return await taggedAnswer({
    request,
    tag: versionTag(item),
    headers: retryAfter(pollAfterSeconds(item, now())),
    answer: () => jsonAnswer({ status: 200, body: trainingJobResource(item, { now: now(), checkpointDays }) }),
  });
}
