import type { SharedCompositions } from "../../compositions/shared-composition";
import { taggedByContent } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import { sharedCompositionResource } from "./shared-composition-resource";

export interface GetSharedCompositionParams {
  readonly request: Request;
  readonly sharedCompositions: Pick<SharedCompositions, "find">;
}

/** Returns what everyone who has the link may know of a piece. */
export async function getSharedComposition(params: GetSharedCompositionParams): Promise<Response> {
  const { request, sharedCompositions } = params;
  requireNoQuery(request);
  const item = await sharedCompositions.find(request.pathParameter("token"));
  return await taggedByContent({ request, body: sharedCompositionResource(item) });
}
