import { changeOwned } from "../../http/change-owned";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { deleteUnusedModel, type DeleteUnusedModelParams } from "../../models/delete-unused-model";
import { requireNoStockModel } from "../../models/require-no-stock-model";
import { ownedItem } from "../../problems/owned-item";
import type { Models, StockModels } from "../../stores/models";

export interface DeleteModelParams extends Omit<DeleteUnusedModelParams, "item"> {
  readonly request: Request;
  readonly models: Pick<Models, "get" | "remove">;
  readonly stockModels: Pick<StockModels, "get">;
}

/** Deletes one of the caller's models. */
export async function deleteModel({ request, stockModels, ...ports }: DeleteModelParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  await requireNoStockModel(stockModels, owned.id);
  await changeOwned({
    request,
    load: async () => await ownedItem("MODEL", ports.models, owned),
    change: async (item) => await deleteUnusedModel({ ...ports, item }),
  });
  return noContent;
}
