import { offerDatasetArchiveSchema } from "../../../domain/schemas/api/datasets";
import { offerArchive, type OfferArchiveParams } from "../../datasets/offer-archive";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseBody } from "../../http/validation";

export interface OfferDatasetArchiveParams extends Omit<OfferArchiveParams, "dataset" | "archive"> {
  readonly request: Request;
}

/** Says where to send an archive of files, or why there is nothing to send. */
export async function offerDatasetArchive({ request, ...ports }: OfferDatasetArchiveParams): Promise<Response> {
  const dataset = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  const archive = parseBody({ request, schema: offerDatasetArchiveSchema });
  return jsonResponse({ status: 200, body: await offerArchive({ ...ports, dataset, archive }) });
}
