import { taggedByContent } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { sampledMelodies } from "../../http/sampled-melodies";
import { type ModelSamplesParams, modelWithSamples } from "../../models/model-samples";

export interface ListModelSamplesParams extends Omit<ModelSamplesParams, "owned"> {
  readonly request: Request;
}

/** Lists pieces that a model plays. */
export async function listModelSamples({ request, ...ports }: ListModelSamplesParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  const { samples } = await modelWithSamples({ ...ports, owned });
  return await taggedByContent({
    request,
    body: {
      items: samples.map(({ melodyId, epoch }) => ({
        melodyId,
        ...(epoch === undefined ? {} : { epoch }),
        href: `/models/${owned.id}/samples/${melodyId}`,
      })),
      melodies: sampledMelodies(samples),
    },
  });
}
