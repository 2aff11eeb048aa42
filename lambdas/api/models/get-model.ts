import { taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { notFound } from "../../problems/problem";
import type { Models, StockModels } from "../../stores/models";
import { modelResource } from "./model-resource";

export interface GetModelParams {
  readonly request: Request;
  readonly models: Pick<Models, "get">;
  readonly stockModels: Pick<StockModels, "get">;
}

/** Returns a stock model or one of the caller's models. */
export async function getModel({ request, models, stockModels }: GetModelParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  const item = (await models.get(owned)) ?? (await stockModels.get(owned.id));
  if (item === undefined) throw notFound("model", owned.id);
  return await taggedResponse({
    request,
    tag: versionTag(item),
    response: () => jsonResponse({ status: 200, body: modelResource(item) }),
  });
}
