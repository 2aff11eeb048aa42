import { compositionResource } from "../../../domain/schemas/api/compositions";
import type { Compositions } from "../../stores/compositions";
import type { Answer } from "../../http/answer";
import { pageAnswer } from "../../http/page-answer";
import type { Request } from "../../http/request";

export interface ListCompositionsParams {
  readonly request: Request;
  readonly compositions: Pick<Compositions, "list">;
}

export async function listCompositions({ request, compositions }: ListCompositionsParams): Promise<Answer> {
  return await pageAnswer({ request, kind: "COMPOSITION", list: compositions.list, resource: compositionResource });
}
