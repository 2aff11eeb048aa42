import { withdrawFile, type WithdrawFileParams } from "../../datasets/withdraw-file";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";

export interface WithdrawDatasetFileParams extends Omit<WithdrawFileParams, "dataset" | "sha256"> {
  readonly request: Request;
}

/** Takes a file back out of one of the caller's data sets. */
export async function withdrawDatasetFile({ request, ...ports }: WithdrawDatasetFileParams): Promise<Response> {
  const dataset = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  await withdrawFile({ ...ports, dataset, sha256: request.pathParameter("sha256") });
  return noContent;
}
