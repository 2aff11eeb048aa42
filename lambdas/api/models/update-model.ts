import { updateModelSchema } from "../../../domain/schemas/api/models";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseBody } from "../../http/validation";
import { requireNoStockModel } from "../../models/require-no-stock-model";
import { ownedItem } from "../../problems/owned-item";
import type { Models, StockModels } from "../../stores/models";
import { ownModelResource } from "./model-resource";

export interface UpdateModelParams {
  readonly request: Request;
  readonly models: Pick<Models, "get" | "change">;
  readonly stockModels: Pick<StockModels, "get">;
}

/** Renames one of the caller's models. */
export async function updateModel({ request, models, stockModels }: UpdateModelParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  const { name } = parseBody({ request, schema: updateModelSchema });
  await requireNoStockModel(stockModels, owned.id);
  const changed = await changeOwned({
    request,
    load: async () => await ownedItem("MODEL", models, owned),
    change: async (item) => await models.change(item, { name }),
  });
  return jsonResponse({ status: 200, body: ownModelResource(changed), headers: { etag: versionTag(changed) } });
}
