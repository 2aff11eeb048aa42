import { jsonAnswer, type Answer } from "../../http/answer";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";

export interface GetOpenApiDocumentParams {
  readonly request: Request;
  /** docs/openapi.json, bundled when the function is built. */
  readonly document: unknown;
}

export async function getOpenApiDocument({ request, document }: GetOpenApiDocumentParams): Promise<Answer> {
  requireNoQuery(request);
  return jsonAnswer({ status: 200, body: document, headers: { "cache-control": "public, max-age=60" } });
}
