import { findFile, readReport } from "../../datasets/find-file";
import { taggedByContent } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { DatasetFiles } from "../../stores/dataset-files";
import type { Datasets } from "../../stores/datasets";
import type { ObjectStore } from "../../stores/objects";
import { reportedFileResource } from "./dataset-resource";

export interface GetDatasetFileParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "find">;
  readonly artifacts: Pick<ObjectStore, "read">;
}

/** Returns a file of a data set with what was read from it. */
export async function getDatasetFile({ request, artifacts, ...stores }: GetDatasetFileParams): Promise<Response> {
  const dataset = { sub: request.subject(), id: request.pathParameter("datasetId") };
  requireNoQuery(request);
  const { file } = await findFile({ ...stores, dataset, sha256: request.pathParameter("sha256") });
  const report = await readReport(dataset, file, artifacts);
  return await taggedByContent({ request, body: reportedFileResource(file, report) });
}
