import { taggedByContent, taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { notFound } from "../../problems/problem";
import type { Models, StockModels } from "../../stores/models";
import type { Ratings } from "../../stores/ratings";
import { ownModelResource, stockModelResource } from "./model-resource";

export interface GetModelParams {
  readonly request: Request;
  readonly models: Pick<Models, "get">;
  readonly stockModels: Pick<StockModels, "get">;
  readonly ratings: Pick<Ratings, "ofStockModel">;
}

/** Returns a stock model or one of the caller's models. */
export async function getModel({ request, models, stockModels, ratings }: GetModelParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  const own = await models.get(owned);
  if (own !== undefined) {
    return await taggedResponse({
      request,
      tag: versionTag(own),
      response: () => jsonResponse({ status: 200, body: ownModelResource(own) }),
    });
  }
  const stock = await stockModels.get(owned.id);
  if (stock === undefined) throw notFound("model", owned.id);
  // The ratings of a stock model change without its row, so the row's version says too little.
  return await taggedByContent({ request, body: await stockModelResource(stock, ratings) });
}
