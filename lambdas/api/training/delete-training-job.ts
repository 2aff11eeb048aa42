import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import { changeOwned } from "../../http/change-owned";
import { inUse, Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import { ownedItem } from "../../http/refusals";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { deleteWithFiles } from "../../resources/delete-with-files";
import type { ObjectStore } from "../../stores/objects";
import type { OpenWork } from "../../stores/open-work";
import type { PendingChanges } from "../../stores/pending-changes";
import type { TrainingJobs } from "../../stores/training-jobs";
import type { Log } from "../../telemetry/logger";
import { pollAfterSeconds } from "../../training/poll-interval";

export interface DeleteTrainingJobParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get" | "remove">;
  readonly openWork: Pick<OpenWork, "trainingJobsOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly artifacts: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly work: Pick<ObjectStore, "deleteAllUnder">;
  readonly now: () => Date;
  readonly log: Log;
}

/** Deletes an ended job with its progress, samples and checkpoints. The model that came of it stays. */
export async function deleteTrainingJob(params: DeleteTrainingJobParams): Promise<Response> {
  const { request, trainingJobs, openWork, pendingChanges, artifacts, work, now, log } = params;
  const of = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("TRAINING_JOB", trainingJobs, of),
    change: async (item) => {
      if (!isFinalTrainingJobState(item.state)) {
        const wait = pollAfterSeconds(item, now());
        throw new Problem("NOT_FINAL", {
          detail: `The training job is ${item.state}; it can be deleted when it is READY, FAILED or STOPPED.`,
          errors: [{ pointer: "/state", reason: "is not final", value: item.state, allowed: "READY, FAILED, STOPPED" }],
          ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
        });
      }
      const users = (await openWork.trainingJobsOf(of.sub)).filter(({ resumeFrom }) => resumeFrom === of.id);
      if (users.length > 0) throw inUse("training job", users);
      return await deleteWithFiles({ item, items: trainingJobs, pendingChanges, removal: { artifacts, work }, log });
    },
  });
  return noContent;
}
