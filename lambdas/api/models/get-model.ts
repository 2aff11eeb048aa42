import { modelResource } from "../../../domain/schemas/api/models";
import type { Models } from "../../stores/models";
import type { StockModels } from "../../stores/models";
import { jsonAnswer, type Answer } from "../../http/answer";
import { taggedAnswer, versionTag } from "../../http/entity-tag";
import { notFound } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";

export interface GetModelParams {
  readonly request: Request;
  readonly models: Pick<Models, "get">;
  readonly stockModels: Pick<StockModels, "get">;
}

export async function getModel({ request, models, stockModels }: GetModelParams): Promise<Answer> {
  const of = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  const item = (await models.get(of)) ?? (await stockModels.get(of.id));
  if (item === undefined) throw notFound("model", of.id);
  return await taggedAnswer({
    request,
    tag: versionTag(item),
    answer: () => jsonAnswer({ status: 200, body: modelResource(item) }),
  });
}
