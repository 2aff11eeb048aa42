import { shareCompositionSchema } from "../../../domain/schemas/api/shares";
import {
  shareComposition as share,
  type ShareCompositionParams as ShareParams,
} from "../../compositions/share-composition";
import { changeOwned } from "../../http/change-owned";
import { versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseBody } from "../../http/validation";
import { ownedItem } from "../../problems/owned-item";
import type { Compositions } from "../../stores/compositions";

export interface ShareCompositionParams extends Omit<ShareParams, "item" | "days"> {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get">;
}

/**
 * Shares one of the caller's finished compositions. A request that is repeated leaves one share, the later one. There is
 * no idempotency key, because its record would keep the token.
 */
export async function shareComposition({ request, compositions, ...ports }: ShareCompositionParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  const { days } = parseBody({ request, schema: shareCompositionSchema });
  const { token, createdAt, expiresAt, ...composition } = await changeOwned({
    request,
    load: async () => await ownedItem("COMPOSITION", compositions, owned),
    change: async (item) => await share({ ...ports, item, days }),
  });
  const url = `/shared/${token}`;
  return jsonResponse({
    status: 201,
    body: { url, token, createdAt, expiresAt },
    headers: { location: url, etag: versionTag(composition), "cache-control": "no-store" },
  });
}
