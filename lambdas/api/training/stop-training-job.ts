import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import { ownedItem } from "../../http/refusals";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import type { TrainingJobItem } from "../../stores/items";
import { doneWith } from "../../stores/outcome";
import type { TrainingJobs } from "../../stores/training-jobs";
import { pollAfterSeconds } from "../../training/poll-interval";
import { trainingJobResource } from "./training-job-resource";

export interface StopTrainingJobParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "change">;
  readonly now: () => Date;
  readonly checkpointDays: number;
}

/** Asks for the end: the stream tells SageMaker, the workflow alone records how it ended. Repeating it is harmless. */
export async function stopTrainingJob({
  request,
  trainingJobs,
  now,
  checkpointDays,
}: StopTrainingJobParams): Promise<Response> {
  const of = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  requireNoQuery(request);
  const stopped = await changeOwned({
    request,
    load: async () => await ownedItem("TRAINING_JOB", trainingJobs, of),
    change: async (item) => {
      if (item.state === "READY" || item.state === "FAILED") throw alreadyFinal(item);
      if (item.state === "STOPPED" || item.stopRequested) return doneWith(item);
      return await trainingJobs.change(item, { stopRequested: true, state: "STOPPING" });
    },
  });
  return jsonResponse({
    status: 202,
    body: trainingJobResource(stopped, { now: now(), checkpointDays }),
    headers: {
      etag: versionTag(stopped),
      location: `/training-jobs/${of.id}`,
      ...retryAfter(pollAfterSeconds(stopped, now())),
    },
  });
}

function alreadyFinal({ state }: TrainingJobItem): Problem {
  return new Problem("ALREADY_FINAL", {
    detail: `The training job is ${state}; it cannot be stopped any more.`,
    errors: [{ pointer: "/state", reason: "is final", value: state, allowed: "a job that has not ended" }],
  });
}
