import {
  deleteUnusedComposition,
  type DeleteUnusedCompositionParams,
} from "../../compositions/delete-unused-composition";
import { changeOwned } from "../../http/change-owned";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { noContent, type Response } from "../../http/response";
import { ownedItem } from "../../problems/owned-item";
import type { Compositions } from "../../stores/compositions";

export interface DeleteCompositionParams extends Omit<DeleteUnusedCompositionParams, "item"> {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get" | "remove" | "openOf">;
}

/** Deletes one of the caller's compositions. */
export async function deleteComposition({ request, ...ports }: DeleteCompositionParams): Promise<Response> {
  const owned = { sub: request.subject(), id: request.pathParameter("compositionId") };
  requireNoQuery(request);
  await changeOwned({
    request,
    load: async () => await ownedItem("COMPOSITION", ports.compositions, owned),
    change: async (item) => await deleteUnusedComposition({ ...ports, item }),
  });
  return noContent;
}
