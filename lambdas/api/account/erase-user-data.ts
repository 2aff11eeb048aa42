import { requestErasure, type RequestErasureParams } from "../../erasure/request-erasure";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { erasureResource, pollErasureAfterSeconds } from "./erasure-resource";

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
    body: erasureResource(erasure),
    headers: {
      etag: versionTag(erasure),
      location: "/me/data/erasure",
      ...retryAfter(pollErasureAfterSeconds(erasure)),
    },
  });
}
