import { deleteUnusedDataset, type DeleteUnusedDatasetParams } from "../../datasets/delete-unused-dataset";
import { changeOwned } from "../../http/change-owned";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Datasets } from "../../stores/datasets";

export interface DeleteDatasetParams extends Omit<DeleteUnusedDatasetParams, "item"> {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get" | "remove">;
}

/**
 * Deletes one of the caller's data sets. It is gone with the response; files that are too many for one request are
 * removed by the reconciler.
 */
export async function deleteDataset({ request, ...ports }: DeleteDatasetParams): Promise<Response> {
  const { datasets } = ports;
  const owned = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("DATASET", datasets, owned),
    change: async (item) => await deleteUnusedDataset({ ...ports, item }),
  });
  return noContent;
}
