import { datasetFileListQuerySchema } from "../../../domain/schemas/api/datasets";
import { type DatasetFileState, datasetFileStates } from "../../../naming/table-keys";
import { decodeCursor, encodeCursor, foreignCursor, requireFiltersOf } from "../../http/cursor";
import { taggedByContent } from "../../http/entity-tag";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { parseQuery } from "../../http/validation";
import { ownedItem } from "../../problems/owned-item";
import type { DatasetFiles, FilePage } from "../../stores/dataset-files";
import type { Datasets } from "../../stores/datasets";
import { datasetFileResource } from "./dataset-resource";

export interface ListDatasetFilesParams {
  readonly request: Request;
  readonly datasets: Pick<Datasets, "get">;
  readonly datasetFiles: Pick<DatasetFiles, "page">;
}

const states = { pending: "PENDING", accepted: "ACCEPTED", rejected: "REJECTED" } as const;

const asState = (text: string): DatasetFileState | undefined => datasetFileStates.find((state) => state === text);

/** Lists the files of a data set. There may be thousands, so each page is one query that begins where the last ended. */
export async function listDatasetFiles({ request, datasets, datasetFiles }: ListDatasetFilesParams): Promise<Response> {
  const sub = request.subject();
  const { limit, cursor, state } = parseQuery(request, datasetFileListQuerySchema);
  const dataset = await ownedItem("DATASET", datasets, { sub, id: request.pathParameter("datasetId") });
  const scope = { kind: `DATASET_FILES#${dataset.id}`, sub };
  const given = state === undefined ? {} : { state };
  let wanted = state;
  let after: FilePage["after"];
  if (cursor !== undefined) {
    const content = decodeCursor(scope, cursor);
    requireFiltersOf(content, given);
    const kept = datasetFileListQuerySchema.safeParse(content.filters);
    const lastState = asState(content.after.sortText);
    if (!kept.success || lastState === undefined) throw foreignCursor(cursor);
    wanted = kept.data.state;
    // DynamoDB refuses a query that goes on outside of what it finds.
    if (wanted !== undefined && states[wanted] !== lastState) throw foreignCursor(cursor);
    after = { state: lastState, sha256: content.after.id };
  }
  const { pending, accepted, rejected } = dataset.files;
  const found = await datasetFiles.page({
    dataset,
    state: wanted === undefined ? undefined : states[wanted],
    after,
    // One more shows whether there is another page.
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const filters = wanted === undefined ? {} : { state: wanted };
  return await taggedByContent({
    request,
    body: {
      items: page.map(datasetFileResource),
      total: wanted === undefined ? pending + accepted + rejected : dataset.files[wanted],
      ...(found.length > page.length && last !== undefined
        ? { nextCursor: encodeCursor(scope, { filters, after: { id: last.sha256, sortText: last.state } }) }
        : {}),
    },
  });
}
