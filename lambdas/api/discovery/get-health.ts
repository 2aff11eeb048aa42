import { jsonAnswer, type Answer } from "../../http/answer";
import { requireNoQuery } from "../../http/query-names";
import type { Request } from "../../http/request";

/** Says that the API is reached and its functions run; nothing behind them is asked. */
export async function getHealth({ request }: { readonly request: Request }): Promise<Answer> {
  requireNoQuery(request);
  return jsonAnswer({ status: 200, body: { status: "ok" }, headers: { "cache-control": "no-store" } });
}
