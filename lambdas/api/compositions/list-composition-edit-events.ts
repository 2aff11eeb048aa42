import { editEventListSchema } from "../../../domain/schemas/api/compositions";
import { compositionEditEventsKey } from "../../../naming/object-keys";
import { readCompositionFile } from "../../compositions/composition-file";
import { taggedResponse } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { maxFileBytes, parseStoredJson } from "../../problems/lost-file";
import { ownedItem } from "../../problems/owned-item";
import { Problem } from "../../problems/problem";
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
  const item = await ownedItem("COMPOSITION", compositions, owned);
  if (item.state !== "COMPLETED") throw notReady(item, now());
  if (item.output?.editEventCount === undefined) {
    const detail = `The technique ${item.technique} does not work by edits, so there are no edit events.`;
    throw new Problem("EDIT_EVENTS_NOT_AVAILABLE", { detail });
  }
  return await taggedResponse({
    request,
    // Edit events are written once, when the composition completes, so a 304 does not need to read them.
    tag: `"edit-events-1-${item.id}"`,
    response: async () => {
      const { items } = await readCompositionFile({
        compositions,
        item,
        file: "list of edit events",
        read: async () => {
          const stored = await files.read(compositionEditEventsKey(owned), maxFileBytes);
          return stored === undefined ? undefined : parseStoredJson(stored, editEventListSchema);
        },
      });
      return jsonResponse({ status: 200, body: { items } });
    },
  });
}
