import { createDatasetSchema } from "../../../domain/schemas/api/datasets";
import {
  createDataset as createDatasetOf,
  type CreateDatasetParams as UseCaseParams,
} from "../../datasets/create-dataset";
import { versionTag } from "../../http/entity-tag";
import { respondOnce } from "../../http/idempotency";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseBody } from "../../http/validation";
import type { IdempotencyRecords } from "../../stores/idempotency-records";
import type { DatasetItem } from "../../stores/items";
import { datasetResource } from "./dataset-resource";

export interface CreateDatasetParams extends Omit<UseCaseParams, "sub" | "wanted" | "idempotency"> {
  readonly request: Request;
  readonly idempotencyRecords: IdempotencyRecords;
}

/** Creates a data set, and returns 201 with it. */
export async function createDataset({ request, idempotencyRecords, ...ports }: CreateDatasetParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const wanted = parseBody({ request, schema: createDatasetSchema });
  return await respondOnce({
    request,
    records: idempotencyRecords,
    now: ports.now,
    create: async (idempotency) => await createDatasetOf({ ...ports, sub, wanted, idempotency }),
    respond: (item: DatasetItem) => {
      const response = jsonResponse({ status: 201, body: datasetResource(item) });
      return {
        ...response,
        headers: { ...response.headers, location: `/datasets/${item.id}`, etag: versionTag(item) },
      };
    },
  });
}
