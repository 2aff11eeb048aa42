import { taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import { notFound } from "../../problems/problem";
import type { DatasetVersions } from "../../stores/dataset-versions";
import type { Datasets } from "../../stores/datasets";
import type { DatasetVersionItem } from "../../stores/items";
import { datasetVersionResource } from "./dataset-resource";

export interface GetDatasetVersionParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetVersions: Pick<DatasetVersions, "get">;
}

const pollSeconds = 2;

/** Returns the header that says when to ask again for a version that is being made. */
export const pollVersionAfter = ({ state }: Pick<DatasetVersionItem, "state">) =>
  retryAfter(state === "FREEZING" ? pollSeconds : undefined);

/** Returns one version of a data set. */
export async function getDatasetVersion(params: GetDatasetVersionParams): Promise<Response> {
  const { request, datasets, datasetVersions } = params;
  const dataset = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  await ownedItem("DATASET", datasets, dataset);
  const versionId = request.pathParameter("versionId");
  const version = await datasetVersions.get({ dataset, versionId });
  if (version === undefined) throw notFound("version", versionId);
  return await taggedResponse({
    request,
    tag: versionTag(version),
    headers: pollVersionAfter(version),
    response: () => jsonResponse({ status: 200, body: datasetVersionResource(version) }),
  });
}
