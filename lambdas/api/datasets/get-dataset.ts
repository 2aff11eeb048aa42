import { taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Datasets } from "../../stores/datasets";
import { datasetResource } from "./dataset-resource";

export interface GetDatasetParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get">;
}

/** Returns a data set with what is known of its files. */
export async function getDataset({ request, datasets }: GetDatasetParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await ownedItem("DATASET", datasets, { sub, id: request.pathParameter("datasetId") });
  return await taggedResponse({
    request,
    tag: versionTag(item),
    response: () => jsonResponse({ status: 200, body: datasetResource(item) }),
  });
}
