import { editEventColumns } from "../../../domain/music/edit-events";
import { editEventListSchema } from "../../../domain/schemas/api/compositions";
import { editEventColumnsType } from "../../../naming/media-types";
import { compositionEditEventsKey } from "../../../naming/object-keys";
import { readCompositionFile } from "../../compositions/composition-file";
import { negotiate } from "../../http/accept";
import { inCoding, negotiateCoding } from "../../http/compressed-response";
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

/**
 * Lists the edits by which a technique that edits note by note came to its result: as objects, or in columns for a client
 * that asks for them.
 */
export async function listCompositionEditEvents(params: ListCompositionEditEventsParams): Promise<Response> {
  const { request, compositions, files, now } = params;
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  const type = negotiate(request, ["application/json", editEventColumnsType]);
  const coding = negotiateCoding(request);
  const item = await ownedItem("COMPOSITION", compositions, owned);
  if (item.state !== "COMPLETED") throw notReady(item, now());
  if (item.output?.editEventCount === undefined) {
    const detail = `The technique ${item.technique} does not work by edits, so there are no edit events.`;
    throw new Problem("EDIT_EVENTS_NOT_AVAILABLE", { detail });
  }
  return await taggedResponse({
    request,
    // Edit events are written once, when the composition completes, so a 304 does not need to read them. The tag is
    // strong, so each form and coding, whose bytes differ, has its own.
    tag: `"edit-events-1-${type === editEventColumnsType ? "columns-" : ""}${coding}-${item.id}"`,
    headers: { vary: "accept, accept-encoding" },
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
      const response =
        type === editEventColumnsType
          ? jsonResponse({ status: 200, body: editEventColumns(items), headers: { "content-type": type } })
          : jsonResponse({ status: 200, body: { items } });
      return await inCoding(response, coding);
    },
  });
}
