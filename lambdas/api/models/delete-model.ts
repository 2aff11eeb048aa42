import { changeOwned } from "../../http/change-owned";
import { inUse, Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import { ownedItem } from "../../http/refusals";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { deleteWithFiles } from "../../resources/delete-with-files";
import type { Models, StockModels } from "../../stores/models";
import type { ObjectStore } from "../../stores/objects";
import type { OpenWork } from "../../stores/open-work";
import type { PendingChanges } from "../../stores/pending-changes";
import type { Log } from "../../telemetry/logger";

export interface DeleteModelParams {
  readonly request: Request;
  readonly models: Pick<Models, "get" | "remove">;
  readonly stockModels: Pick<StockModels, "get">;
  readonly openWork: Pick<OpenWork, "compositionsOf">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly log: Log;
}

/** Deletes one of the caller's models; compositions that were made with it stay. */
export async function deleteModel(params: DeleteModelParams): Promise<Response> {
  const { request, models, stockModels, openWork, pendingChanges, files, log } = params;
  const of = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  if ((await stockModels.get(of.id)) !== undefined) {
    throw new Problem("STOCK_MODEL", {
      detail: `The model ${of.id} came with the software. Everyone uses it, so it cannot be deleted.`,
    });
  }
  await changeOwned({
    request,
    load: async () => await ownedItem("MODEL", models, of),
    change: async (item) => {
      const users = (await openWork.compositionsOf(of.sub)).filter(({ model }) => model.id === of.id);
      if (users.length > 0) throw inUse("model", users);
      return await deleteWithFiles({ item, items: models, pendingChanges, removal: { artifacts: files }, log });
    },
  });
  return noContent;
}
