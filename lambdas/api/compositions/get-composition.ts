import { pollAfterSeconds } from "../../compositions/poll-interval";
import { taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Compositions } from "../../stores/compositions";
import { compositionResource } from "./composition-resource";

export interface GetCompositionParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get">;
  readonly now: () => Date;
}

/** Returns a composition. It reads one item only, because clients poll this operation. */
export async function getComposition({ request, compositions, now }: GetCompositionParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await ownedItem("COMPOSITION", compositions, { sub, id: request.pathParameter("compositionId") });
  return await taggedResponse({
    request,
    tag: versionTag(item),
    headers: retryAfter(pollAfterSeconds(item, now())),
    response: () => jsonResponse({ status: 200, body: compositionResource(item) }),
  });
}
