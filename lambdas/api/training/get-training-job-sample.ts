import { sampleFile } from "../../../domain/names/object-keys";
import type { TrainingJobItem } from "../../../domain/schemas/items";
import type { StoredFiles } from "../../aws/stored-files";
import type { OwnedItems } from "../../aws/table/owned-items";
import type { Answer } from "../../http/answer";
import { midiAnswer } from "../../http/midi-answer";
import { notFound } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { readTrainingFile } from "./training-files";

export interface GetTrainingJobSampleParams {
  readonly request: Request;
  readonly trainingJobs: Pick<OwnedItems<TrainingJobItem>, "load">;
  readonly artefacts: Pick<StoredFiles, "read" | "list" | "presign">;
  readonly work: Pick<StoredFiles, "read" | "list" | "presign">;
}

export async function getTrainingJobSample(params: GetTrainingJobSampleParams): Promise<Answer> {
  const { request, trainingJobs, artefacts, work } = params;
  const of = { sub: request.subject(), id: request.pathParameter("trainingJobId") };
  requireNoQuery(request);
  const item = await trainingJobs.load(of);
  const epoch = request.pathParameter("epoch");
  const melodyId = request.pathParameter("melodyId");
  // They become part of an object's key: nothing but what a sample's name is made of.
  if (!/^[1-9]\d{0,5}$/.test(epoch) || !/^[a-z0-9-]{1,64}$/.test(melodyId)) {
    throw notFound("sample", `${epoch.slice(0, 10)}/${melodyId}`);
  }
  const sample = await readTrainingFile({ item, artefacts, work }, sampleFile(Number(epoch), melodyId));
  if (sample === undefined) throw notFound("sample", `${epoch}/${melodyId}`);
  return await midiAnswer({
    request,
    filename: `${item.name} epoch ${epoch} ${melodyId}`,
    read: async () => sample.bytes,
    presign: sample.presign,
  });
}
