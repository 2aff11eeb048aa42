import { requestErasure, type RequestErasureParams } from "../../erasure/request-erasure";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { pollUserDataAfterSeconds, userDataResource, userDataTag } from "./user-data-resource";

export interface EraseUserDataParams extends Omit<RequestErasureParams, "sub"> {
  readonly request: Request;
}

/** Begins the erasure of everything that the caller has. It returns 202, because the erasure ends later. */
export async function eraseUserData({ request, ...ports }: EraseUserDataParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const erasure = await requestErasure({ ...ports, sub });
  return jsonResponse({
    status: 202,
    body: userDataResource(erasure),
    headers: {
      etag: userDataTag(erasure),
      location: "/me/data",
      ...retryAfter(pollUserDataAfterSeconds(erasure)),
    },
  });
}
