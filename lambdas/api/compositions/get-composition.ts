import { compositionResource } from "../../../domain/schemas/api/compositions";
import type { Compositions } from "../../stores/compositions";
import { jsonAnswer, retryAfter, type Answer } from "../../http/answer";
import { taggedAnswer, versionTag } from "../../http/entity-tag";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { ownedItem } from "../../http/refusals";
import { pollAfterSeconds } from "./poll-interval";

export interface GetCompositionParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "get">;
  readonly now: () => Date;
}

/** One read of one item: clients poll this. */
export async function getComposition({ request, compositions, now }: GetCompositionParams): Promise<Answer> {
  const sub = request.subject();
  requireNoQuery(request);
  const item = await ownedItem("COMPOSITION", compositions, { sub, id: request.pathParameter("compositionId") });
  return await taggedAnswer({
    request,
    tag: versionTag(item),
    headers: retryAfter(pollAfterSeconds(item, now())),
    answer: () => jsonAnswer({ status: 200, body: compositionResource(item) }),
  });
}
