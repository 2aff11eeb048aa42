import { taggedResponse, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response, retryAfter } from "../../http/response";
import { Problem } from "../../problems/problem";
import type { Erasures } from "../../stores/erasures";
import { erasureResource, pollErasureAfterSeconds } from "./erasure-resource";

export interface GetErasureParams {
  readonly request: Request;
  readonly erasures: Pick<Erasures, "get">;
}

/** Returns the caller's latest erasure. It reads one item only, because clients poll this operation. */
export async function getErasure({ request, erasures }: GetErasureParams): Promise<Response> {
  const sub = request.subject();
  requireNoQuery(request);
  const erasure = await erasures.get(sub);
  if (erasure === undefined) {
    throw new Problem("NOT_FOUND", {
      detail: "No erasure of your data was asked for, or its proof is not kept any more.",
    });
  }
  return await taggedResponse({
    request,
    tag: versionTag(erasure),
    headers: retryAfter(pollErasureAfterSeconds(erasure)),
    response: () => jsonResponse({ status: 200, body: erasureResource(erasure) }),
  });
}
