import { createDatasetVersionSchema } from "../../../domain/schemas/api/datasets";
import { requestVersion, type RequestVersionParams } from "../../datasets/request-version";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseBody } from "../../http/validation";
import { datasetVersionResource } from "./dataset-resource";
import { pollVersionAfter } from "./get-dataset-version";

export interface CreateDatasetVersionParams extends Omit<RequestVersionParams, "dataset" | "choice"> {
  readonly request: Request;
}

/** Asks for a version, and returns 202 with it, or 200 if it is ready. */
export async function createDatasetVersion({ request, ...ports }: CreateDatasetVersionParams): Promise<Response> {
  const dataset = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  const choice = parseBody({ request, schema: createDatasetVersionSchema });
  const version = await requestVersion({ ...ports, dataset, choice });
  const response = jsonResponse({
    status: version.state === "READY" ? 200 : 202,
    body: datasetVersionResource(version),
  });
  const location = `/datasets/${dataset.id}/versions/${version.id}`;
  return {
    ...response,
    headers: { ...response.headers, ...pollVersionAfter(version), location, etag: versionTag(version) },
  };
}
