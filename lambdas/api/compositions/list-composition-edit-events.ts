import { readCompositionFile } from "../../compositions/composition-file";
import { editEventsResponse, negotiateEditEvents, readEditEvents } from "../../http/edit-events-response";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Compositions } from "../../stores/compositions";
import type { ObjectStore } from "../../stores/objects";
import { notReady } from "./not-ready";

export interface ListCompositionEditEventsParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get">;
  readonly files: Pick<ObjectStore, "read">;
  readonly now: () => Date;
}

/** Lists the edits by which a technique that edits note by note came to its result. */
export async function listCompositionEditEvents(params: ListCompositionEditEventsParams): Promise<Response> {
  const { request, compositions, files, now } = params;
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  const forms = negotiateEditEvents(request);
  const item = await ownedItem("COMPOSITION", compositions, owned);
  if (item.state !== "COMPLETED") throw notReady(item, now());
  return await editEventsResponse({
    request,
    forms,
    item,
    tag: item.id,
    read: async () =>
      await readCompositionFile({
        compositions,
        item,
        file: "list of edit events",
        read: async (current) => await readEditEvents(files, current),
      }),
  });
}
