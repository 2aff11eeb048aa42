import { trainingSamplesQuerySchema } from "../../../domain/schemas/api/training";
import { taggedByContent } from "../../http/entity-tag";
import type { Request } from "../../http/request";
import { type Response, retryAfter } from "../../http/response";
import { sampledMelodies } from "../../http/sampled-melodies";
import { parseQuery } from "../../http/validation";
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
  const { afterEpoch } = parseQuery(request, trainingSamplesQuerySchema);
  const item = await ownedItem("TRAINING_JOB", trainingJobs, owned);
  const allSamples = await listSamples({ item, artifacts, work });
  if (allSamples.length === 0 && mustHaveFiles(item)) {
    throw await trainingFileLost({ trainingJobs, item, file: "folder of samples" });
  }
  const samples = afterEpoch === undefined ? allSamples : allSamples.filter(({ epoch }) => epoch > afterEpoch);
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
