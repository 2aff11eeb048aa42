import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";

export interface GetOpenApiDocumentParams {
  readonly request: Request;
  /** The content of docs/openapi.json, which is bundled when the function is built. */
  readonly document: unknown;
}

/** Returns the API's own description. */
export async function getOpenApiDocument({ request, document }: GetOpenApiDocumentParams): Promise<Response> {
  requireNoQuery(request);
  return jsonResponse({ status: 200, body: document, headers: { "cache-control": "public, max-age=60" } });
}
