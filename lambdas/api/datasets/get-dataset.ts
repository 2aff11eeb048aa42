import { pollAfterSeconds } from "../../datasets/poll-interval";
import { taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Datasets } from "../../stores/datasets";
import { datasetResource } from "./dataset-resource";

export interface GetDatasetParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get">;
  readonly now: () => Date;
}

/** Returns a data set with what is known of its files. */
export async function getDataset({ request, datasets, now }: GetDatasetParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await ownedItem("DATASET", datasets, { sub, id: request.pathParameter("datasetId") });
  return await taggedResponse({
    request,
    tag: versionTag(item),
    headers: retryAfter(pollAfterSeconds(item, now())),
    response: () => jsonResponse({ status: 200, body: datasetResource(item) }),
  });
}
