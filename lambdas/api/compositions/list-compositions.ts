import { pageResponse } from "../../http/page-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { Compositions } from "../../stores/compositions";
import { compositionResource } from "./composition-resource";

export interface ListCompositionsParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "list">;
}

/** Lists the caller's compositions. */
export async function listCompositions({ request, compositions }: ListCompositionsParams): Promise<Response> {
  return await pageResponse({ request, kind: "COMPOSITION", list: compositions.list, resource: compositionResource });
}
