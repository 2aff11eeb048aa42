import { taggedResponse } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import type { Erasures } from "../../stores/erasures";
import { pollUserDataAfterSeconds, userDataResource, userDataTag } from "./user-data-resource";

export interface GetUserDataParams {
  readonly request: Request;
  readonly erasures: Pick<Erasures, "get">;
}

/** Returns the state of the caller's data as a whole. It reads one item only, because clients poll this operation. */
export async function getUserData({ request, erasures }: GetUserDataParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const erasure = await erasures.get(sub);
  return await taggedResponse({
    request,
    tag: userDataTag(erasure),
    headers: retryAfter(pollUserDataAfterSeconds(erasure)),
    response: () => jsonResponse({ status: 200, body: userDataResource(erasure) }),
  });
}
