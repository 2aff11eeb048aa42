import { updateDatasetSchema } from "../../../domain/schemas/api/datasets";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { invalidRequest, parseBody } from "../../http/validation";
import { ownedItem } from "../../problems/owned-item";
import { shortValue } from "../../problems/short-value";
import type { Datasets } from "../../stores/datasets";
import { datasetResource } from "./dataset-resource";

export interface UpdateDatasetParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get" | "change">;
}

/** Changes the name or the description of a data set. */
export async function updateDataset({ request, datasets }: UpdateDatasetParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  const body = parseBody({ request, schema: updateDatasetSchema });
  if (Object.keys(body).length === 0) {
    const reason = "names nothing to change";
    throw invalidRequest([{ pointer: "", reason, ...shortValue(body), allowed: "`name`, `description` or both" }]);
  }
  const { name, description } = body;
  const wanted = { ...(name === undefined ? {} : { name }), ...(description === undefined ? {} : { description }) };
  const changed = await changeOwned({
    request,
    load: async () => await ownedItem("DATASET", datasets, owned),
    change: async (item) => await datasets.change(item, wanted),
  });
  return jsonResponse({ status: 200, body: datasetResource(changed), headers: { etag: versionTag(changed) } });
}
