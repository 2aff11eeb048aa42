import { listQuerySchema } from "../../../domain/schemas/api/shared";
import { pageResponse } from "../../http/page-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { Datasets } from "../../stores/datasets";
import { datasetResource } from "./dataset-resource";

export interface ListDatasetsParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "summaries" | "getMany">;
}

/** Lists the caller's data sets. */
export async function listDatasets({ request, datasets }: ListDatasetsParams): Promise<Response> {
  return await pageResponse({
    request,
    kind: "DATASET",
    query: listQuerySchema,
    summaries: async (sub) => await datasets.summaries(sub),
    resources: async ({ sub, ids }) => (await datasets.getMany(sub, ids)).map(datasetResource),
  });
}
