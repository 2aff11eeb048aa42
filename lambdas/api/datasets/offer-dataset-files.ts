import { offerDatasetFilesSchema } from "../../../domain/schemas/api/datasets";
import { offerFiles, type OfferFilesParams } from "../../datasets/offer-files";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseBody } from "../../http/validation";

export interface OfferDatasetFilesParams extends Omit<OfferFilesParams, "dataset" | "files"> {
  readonly request: Request;
}

/** Says of each offered file whether it is known, where to send it, or why it is not taken. */
export async function offerDatasetFiles({ request, ...ports }: OfferDatasetFilesParams): Promise<Response> {
  const dataset = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  const { files } = parseBody({ request, schema: offerDatasetFilesSchema });
  return jsonResponse({ status: 200, body: { items: await offerFiles({ ...ports, dataset, files }) } });
}
