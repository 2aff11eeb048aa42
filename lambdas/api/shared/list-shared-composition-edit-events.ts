import type { SharedCompositions } from "../../compositions/shared-composition";
import { editEventsResponse, negotiateEditEvents, readEditEvents } from "../../http/edit-events-response";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { ObjectStore } from "../../stores/objects";

export interface ListSharedCompositionEditEventsParams {
  readonly request: Request;
  readonly sharedCompositions: SharedCompositions;
  readonly files: Pick<ObjectStore, "read">;
}

/** Lists the edits by which a shared piece was made. */
export async function listSharedCompositionEditEvents(
  params: ListSharedCompositionEditEventsParams,
): Promise<Response> {
  const { request, sharedCompositions, files } = params;
  requireNoQuery(request);
  const forms = negotiateEditEvents(request);
  const item = await sharedCompositions.find(request.pathParameter("token"));
  return await editEventsResponse({
    request,
    forms,
    item,
    // The composition's id is not for those who have the link; the digest of what they have is.
    tag: item.share.tokenSha256,
    read: async () =>
      await sharedCompositions.readFile({
        item,
        file: "list of edit events",
        read: async (current) => await readEditEvents(files, current),
      }),
  });
}
