import { taggedByContent } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { type Response, retryAfter } from "../../http/response";
import { sampledMelodies } from "../../http/sampled-melodies";
import { ownedItem } from "../../problems/owned-item";
import type { PresigningObjectStore } from "../../stores/presigned-urls";
import type { TrainingJobs } from "../../stores/training-jobs";
import { pollAfterSeconds } from "../../training/poll-interval";
import { listSamples, mustHaveFiles, trainingFileLost } from "../../training/training-files";

export interface ListTrainingJobSamplesParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get">;
  readonly artifacts: Pick<PresigningObjectStore, "read" | "list" | "presign">;
  readonly work: Pick<PresigningObjectStore, "read" | "list" | "presign">;
  readonly now: () => Date;
}

/** Lists the samples: the same held-out melodies, as the model played them after some epochs. */
export async function listTrainingJobSamples(params: ListTrainingJobSamplesParams): Promise<Response> {
  const { request, trainingJobs, artifacts, work, now } = params;
  const owned = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  requireNoQuery(request);
  const item = await ownedItem("TRAINING_JOB", trainingJobs, owned);
  const samples = await listSamples({ item, artifacts, work });
  if (samples.length === 0 && mustHaveFiles(item)) {
    throw await trainingFileLost({ trainingJobs, item, file: "folder of samples" });
  }
  return await taggedByContent({
    request,
    headers: retryAfter(pollAfterSeconds(item, now())),
    body: {
      items: samples.map(({ epoch, melodyId }) => ({
        epoch,
        melodyId,
        href: `/training-jobs/${owned.id}/samples/${epoch}/${melodyId}`,
      })),
      melodies: sampledMelodies(samples),
    },
  });
}
