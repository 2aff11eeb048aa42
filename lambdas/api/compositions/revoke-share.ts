import { changeOwned } from "../../http/change-owned";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Compositions } from "../../stores/compositions";
import type { Shares } from "../../stores/shares";

export interface RevokeShareParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get">;
  readonly shares: Pick<Shares, "revoke">;
}

/** Ends the share of one of the caller's compositions. One that is not shared stays as it is. */
export async function revokeShare({ request, compositions, shares }: RevokeShareParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("COMPOSITION", compositions, owned),
    change: async (item) => await shares.revoke(item),
  });
  return noContent;
}
