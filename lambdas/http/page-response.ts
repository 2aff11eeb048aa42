/** Lists items, newest first, a page at a time, with a cursor to the next one. */
import { pageQuerySchema } from "../../domain/schemas/api/shared";
import type { OwnedKind } from "../../naming/table-keys";
import type { Page } from "../stores/owned-rows";
import { decodeCursor, encodeCursor } from "./cursor";
import type { Request } from "./request";
import { jsonResponse, type Response } from "./response";
import { parseQuery } from "./validation";

export interface PageResponseParams<Item> {
  readonly request: Request;
  readonly kind: OwnedKind;
  readonly list: (params: { sub: string; limit: number; after: string | undefined }) => Promise<Page<Item>>;
  readonly resource: (item: Item) => unknown;
}

export async function pageResponse<Item extends { readonly id: string }>({
  request,
  kind,
  list,
  resource,
}: PageResponseParams<Item>): Promise<Response> {
  const sub = request.subject();
  const { limit, cursor } = parseQuery(request, pageQuerySchema);
  const scope = { kind, sub };
  const after = cursor === undefined ? undefined : decodeCursor(scope, cursor);
  const { items, hasMore } = await list({ sub, limit, after });
  const last = items.at(-1);
  return jsonResponse({
    status: 200,
    body: {
      items: items.map(resource),
      ...(hasMore && last !== undefined ? { nextCursor: encodeCursor(scope, last.id) } : {}),
    },
  });
}
