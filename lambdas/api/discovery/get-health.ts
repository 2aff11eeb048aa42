import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";

/** Says that the API is reached and its functions run. It calls nothing behind them. */
export async function getHealth({ request }: { readonly request: Request }): Promise<Response> {
  requireNoQuery(request);
  return jsonResponse({ status: 200, body: { status: "ok" }, headers: { "cache-control": "no-store" } });
}
