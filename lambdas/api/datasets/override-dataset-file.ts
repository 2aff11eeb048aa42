import { datasetFileReportSchema, overrideDatasetFileSchema } from "../../../domain/schemas/api/datasets";
import { overrideRoles, type OverrideRolesParams } from "../../datasets/override-roles";
import { taggedByContent } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { parseBody } from "../../http/validation";
import { reportedFileResource } from "./dataset-resource";

export interface OverrideDatasetFileParams extends Omit<OverrideRolesParams, "dataset" | "sha256" | "overrides"> {
  readonly request: Request;
}

/** Has a file of a data set read again with what its owner says of its tracks. */
export async function overrideDatasetFile({ request, ...ports }: OverrideDatasetFileParams): Promise<Response> {
  const dataset = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  const { overrides } = parseBody({ request, schema: overrideDatasetFileSchema });
  const { file, report } = await overrideRoles({
    ...ports,
    ...{ dataset, sha256: request.pathParameter("sha256"), overrides },
  });
  return await taggedByContent({
    request,
    body: reportedFileResource(file, datasetFileReportSchema.optional().parse(report)),
  });
}
