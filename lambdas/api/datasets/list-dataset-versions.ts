import { taggedByContent } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { DatasetVersions } from "../../stores/dataset-versions";
import type { Datasets } from "../../stores/datasets";
import { datasetVersionResource } from "./dataset-resource";
import { pollVersionAfter } from "./get-dataset-version";

export interface ListDatasetVersionsParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetVersions: Pick<DatasetVersions, "list">;
}

/** Lists the versions of a data set. They are few, so there are no pages. */
export async function listDatasetVersions(params: ListDatasetVersionsParams): Promise<Response> {
  const { request, datasets, datasetVersions } = params;
  const dataset = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  await ownedItem("DATASET", datasets, dataset);
  const versions = await datasetVersions.list(dataset);
  const freezing = versions.find(({ state }) => state === "FREEZING");
  return await taggedByContent({
    request,
    body: { items: versions.map(datasetVersionResource) },
    headers: freezing === undefined ? {} : pollVersionAfter(freezing),
  });
}
