import { beginningOf } from "../../../domain/schemas/text";
import { isFinalTrainingJobState } from "../../../domain/states/training-job-state";
import { type Sample, sampleFile } from "../../../naming/object-keys";
import { midiResponse } from "../../http/midi-response";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { isDamage, maxFileBytes } from "../../problems/lost-file";
import { ownedItem } from "../../problems/owned-item";
import { notFound } from "../../problems/problem";
import type { TrainingJobItem } from "../../stores/items";
import type { PresigningObjectStore } from "../../stores/presigned-urls";
import type { TrainingJobs } from "../../stores/training-jobs";
import { listSamples, mustHaveFiles, readTrainingFile, trainingFileLost } from "../../training/training-files";

export interface GetTrainingJobSampleParams {
  readonly request: Request;
  readonly trainingJobs: Pick<TrainingJobs, "get">;
  readonly artifacts: Pick<PresigningObjectStore, "read" | "list" | "presign">;
  readonly work: Pick<PresigningObjectStore, "read" | "list" | "presign">;
}

/** Returns the MIDI file of a sample, or a URL of it. */
export async function getTrainingJobSample(params: GetTrainingJobSampleParams): Promise<Response> {
  const { request, trainingJobs, artifacts, work } = params;
  const owned = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  requireNoQuery(request);
  const item = await ownedItem("TRAINING_JOB", trainingJobs, owned);
  const epoch = request.pathParameter("epoch");
  const melodyId = request.pathParameter("melodyId");
  // Both become part of an object's key, so they may only have the characters of a sample's name.
  if (!/^(0|[1-9]\d{0,5})$/.test(epoch) || !/^[a-z0-9-]{1,64}$/.test(melodyId)) {
    throw notFound("sample", `${beginningOf(epoch, 10)}/${melodyId}`);
  }
  const chosen = { epoch: Number(epoch), melodyId };
  const places = { item, artifacts, work };
  const file = `sample ${epoch}/${melodyId}`;
  try {
    const sample = await readTrainingFile(places, sampleFile(chosen.epoch, melodyId), maxFileBytes);
    if (sample === undefined) {
      if (await wasWritten(places, chosen)) throw await trainingFileLost({ trainingJobs, item, file });
      throw notFound("sample", `${epoch}/${melodyId}`);
    }
    return await midiResponse({
      request,
      filename: `${item.name} epoch ${epoch} ${melodyId}`,
      read: async () => sample.bytes,
      presign: sample.presign,
    });
  } catch (error) {
    if (!isDamage(error)) throw error;
    // The container of a job that has not ended may be writing the sample at this moment.
    if (!isFinalTrainingJobState(item.state)) throw notFound("sample", `${epoch}/${melodyId}`);
    throw await trainingFileLost({ trainingJobs, item, file, damage: error });
  }
}

/**
 * Returns true if an ended job wrote a sample that is not there. All melodies were played after each epoch that has
 * samples, so the sample existed if its epoch has other samples and its melody was played after other epochs. If no
 * sample is left, it may have existed.
 */
async function wasWritten(
  places: Pick<GetTrainingJobSampleParams, "artifacts" | "work"> & { readonly item: TrainingJobItem },
  { epoch, melodyId }: Sample,
): Promise<boolean> {
  const { item } = places;
  if (!mustHaveFiles(item) || epoch > item.progress.epoch) return false;
  const left = await listSamples(places);
  if (left.length === 0) return true;
  return left.some((sample) => sample.epoch === epoch) && left.some((sample) => sample.melodyId === melodyId);
}
