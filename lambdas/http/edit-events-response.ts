/** Sends the edits of a composition: as objects, or in columns for a client that asks for them. */
import { editEventColumns } from "../../domain/music/edit-events";
import { editEventListSchema } from "../../domain/schemas/api/compositions";
import { editEventColumnsType } from "../../naming/media-types";
import { compositionEditEventsKey } from "../../naming/object-keys";
import { maxFileBytes, parseStoredJson } from "../problems/lost-file";
import { Problem } from "../problems/problem";
import type { CompositionItem } from "../stores/items";
import type { ObjectStore } from "../stores/objects";
import { negotiate } from "./accept";
import { inCoding, negotiateCoding } from "./compressed-response";
import { taggedResponse } from "./entity-tag";
import type { Request } from "./request";
import { jsonResponse, type Response } from "./response";

export type EditEvents = ReturnType<typeof editEventListSchema.parse>;

/** Returns the forms that the client accepts. @throws Problem NOT_ACCEPTABLE */
export const negotiateEditEvents = (request: Request) => ({
  type: negotiate(request, ["application/json", editEventColumnsType]),
  coding: negotiateCoding(request),
});

/** Reads the stored edits; undefined if there is no file. @throws DamagedFile */
export async function readEditEvents(
  files: Pick<ObjectStore, "read">,
  item: CompositionItem,
): Promise<EditEvents | undefined> {
  const stored = await files.read(compositionEditEventsKey(item), maxFileBytes);
  return stored === undefined ? undefined : parseStoredJson(stored, editEventListSchema);
}

export interface EditEventsResponseParams {
  readonly request: Request;
  readonly forms: ReturnType<typeof negotiateEditEvents>;
  readonly item: CompositionItem;
  /** What tells this composition's edits from others in the ETag. */
  readonly tag: string;
  readonly read: () => Promise<EditEvents>;
}

/** Returns the response with the edits of a finished composition. @throws Problem EDIT_EVENTS_NOT_AVAILABLE */
export async function editEventsResponse(params: EditEventsResponseParams): Promise<Response> {
  const { request, forms, item, tag, read } = params;
  const { type, coding } = forms;
  if (item.output?.editEventCount === undefined) {
    const detail = `The technique ${item.technique} does not work by edits, so there are no edit events.`;
    throw new Problem("EDIT_EVENTS_NOT_AVAILABLE", { detail });
  }
  return await taggedResponse({
    request,
    // Edit events are written once, when the composition completes, so a 304 does not need to read them. The tag is
    // strong, so each form and coding, whose bytes differ, has its own.
    tag: `"edit-events-1-${type === editEventColumnsType ? "columns-" : ""}${coding}-${tag}"`,
    headers: { vary: "accept, accept-encoding" },
    response: async () => {
      const events = await read();
      const response =
        type === editEventColumnsType
          ? jsonResponse({ status: 200, body: editEventColumns(events.items), headers: { "content-type": type } })
          : jsonResponse({ status: 200, body: { items: events.items } });
      return await inCoding(response, coding);
    },
  });
}
