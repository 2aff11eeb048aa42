import type { ModelItem } from "../../../domain/schemas/items";
import type { OpenWorkOfUser } from "../../aws/table/open-work-of-user";
import type { OwnedItems } from "../../aws/table/owned-items";
import type { PendingChanges } from "../../aws/table/pending-changes";
import type { StockModels } from "../../aws/table/shared-items";
import { noContent, type Answer } from "../../http/answer";
import { changeOwned } from "../../http/change-owned";
import { inUse, Problem } from "../../http/problem";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { deleteWithFiles } from "../../resources/delete-with-files";
import type { ObjectStore } from "../../stores/objects";
import type { Log } from "../../telemetry/logger";

export interface DeleteModelParams {
  readonly request: Request;
  readonly models: Pick<OwnedItems<ModelItem>, "load" | "remove">;
  readonly stockModels: Pick<StockModels, "get">;
  readonly openWork: Pick<OpenWorkOfUser, "compositions">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly files: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly now: () => Date;
  readonly log: Log;
}

/** Deletes one of the caller's models; compositions that were made with it stay. */
export async function deleteModel(params: DeleteModelParams): Promise<Answer> {
  const { request, models, stockModels, openWork, pendingChanges, files, now, log } = params;
  const of = { sub: request.subject(), id: request.pathParameter("modelId") };
  requireNoQuery(request);
  if ((await stockModels.get(of.id)) !== undefined) {
    throw new Problem("STOCK_MODEL", { detail: `${of.id} came with the software and serves everyone.` });
  }
  await changeOwned({
    request,
    load: async () => await models.load(of),
    change: async (item) => {
      const users = (await openWork.compositions(of.sub)).filter(({ model }) => model.id === of.id);
      if (users.length > 0) throw inUse("model", users);
      await deleteWithFiles({ item, items: models, pendingChanges, removal: { artefacts: files }, now, log });
    },
  });
  return noContent;
}
