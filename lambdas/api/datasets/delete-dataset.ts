import { changeOwned } from "../../http/change-owned";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import { deleteWithFiles } from "../../resources/delete-with-files";
import type { DatasetFiles } from "../../stores/dataset-files";
import type { Datasets } from "../../stores/datasets";
import type { ObjectStore } from "../../stores/objects";
import type { PendingChanges } from "../../stores/pending-changes";
import type { Log } from "../../telemetry/logger";

export interface DeleteDatasetParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get" | "remove">;
  readonly datasetFiles: Pick<DatasetFiles, "removeAll">;
  readonly pendingChanges: Pick<PendingChanges, "remove">;
  readonly artifacts: Pick<ObjectStore, "delete" | "deleteAllUnder">;
  readonly work: Pick<ObjectStore, "deleteAllUnder">;
  readonly log: Log;
}

/**
 * Deletes one of the caller's data sets. It is gone with the response; files that are too many for one request are
 * removed by the reconciler.
 */
export async function deleteDataset(params: DeleteDatasetParams): Promise<Response> {
  const { request, datasets, datasetFiles, pendingChanges, artifacts, work, log } = params;
  const owned = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("DATASET", datasets, owned),
    change: async (item) =>
      await deleteWithFiles({ item, items: datasets, pendingChanges, removal: { artifacts, work, datasetFiles }, log }),
  });
  return noContent;
}
