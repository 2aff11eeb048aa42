import { compositionListQuerySchema } from "../../../domain/schemas/api/compositions";
import { isWanted, pageResponse } from "../../http/page-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { Compositions } from "../../stores/compositions";
import { compositionResource } from "./composition-resource";

export interface ListCompositionsParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "summaries" | "getMany">;
}

/** Lists the caller's compositions. */
export async function listCompositions({ request, compositions }: ListCompositionsParams): Promise<Response> {
  return await pageResponse({
    request,
    kind: "COMPOSITION",
    query: compositionListQuerySchema,
    summaries: async (sub) => await compositions.summaries(sub),
    passes: (row, { technique, state, modelId, input, variationGroup }) => {
      const { trackId, compositionId } = row.input ?? {};
      return (
        isWanted(row.technique, technique) &&
        isWanted(row.state, state) &&
        isWanted(row.model?.id, modelId) &&
        isWanted(row.variationGroup, variationGroup) &&
        (input === undefined || input === `trackId:${trackId}` || input === `compositionId:${compositionId}`)
      );
    },
    resources: async ({ sub, ids }) => (await compositions.getMany(sub, ids)).map(compositionResource),
  });
}
