import { rateCompositionSchema } from "../../../domain/schemas/api/ratings";
import { rateComposition as rate, type RateCompositionParams as RateParams } from "../../compositions/rate-composition";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseBody } from "../../http/validation";
import { ownedItem } from "../../problems/owned-item";
import type { Compositions } from "../../stores/compositions";
import { compositionResource } from "./composition-resource";

export interface RateCompositionParams extends Omit<RateParams, "item" | "rating"> {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get">;
}

/** Rates one of the caller's finished compositions. Repeating the request changes nothing, so it needs no idempotency key. */
export async function rateComposition({ request, compositions, ...ports }: RateCompositionParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  const { rating } = parseBody({ request, schema: rateCompositionSchema });
  const rated = await changeOwned({
    request,
    load: async () => await ownedItem("COMPOSITION", compositions, owned),
    change: async (item) => await rate({ ...ports, item, rating }),
  });
  return jsonResponse({ status: 200, body: compositionResource(rated), headers: { etag: versionTag(rated) } });
}
