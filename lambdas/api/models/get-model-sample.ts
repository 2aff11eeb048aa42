import { beginningOf } from "../../../domain/schemas/text";
import { midiResponse } from "../../http/midi-response";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { type ModelSamplesParams, modelWithSamples } from "../../models/model-samples";
import { fileLost, isDamage, maxFileBytes } from "../../problems/lost-file";
import { notFound } from "../../problems/problem";
import type { PresigningObjectStore } from "../../stores/presigned-urls";

export interface GetModelSampleParams extends Omit<ModelSamplesParams, "owned" | "files"> {
  readonly request: Request;
  readonly files: Pick<PresigningObjectStore, "list" | "read" | "presign">;
}

/** Returns the MIDI file of a piece that a model plays, or a URL of it. */
export async function getModelSample({ request, files, ...ports }: GetModelSampleParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  const melodyId = request.pathParameter("melodyId");
  const { model, samples } = await modelWithSamples({ ...ports, owned, files });
  const sample = samples.find((one) => one.melodyId === melodyId);
  if (sample === undefined) throw notFound("sample", beginningOf(melodyId, 64));
  try {
    return await midiResponse({
      request,
      filename: `${model.name} ${melodyId}`,
      read: async () => {
        const bytes = await files.read(sample.key, maxFileBytes);
        if (bytes === undefined) throw notFound("sample", melodyId);
        return bytes;
      },
      presign: async (seconds) => await files.presign(sample.key, seconds),
    });
  } catch (error) {
    if (!isDamage(error)) throw error;
    const advice = "The model and its other files are not affected.";
    throw fileLost({ file: `sample ${melodyId}`, resource: `model ${model.id}`, advice, damage: error });
  }
}
