import { pageQuerySchema } from "../../../domain/schemas/api/shared";
import { decodeCursor, encodeCursor } from "../../http/cursor";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { parseQuery } from "../../http/validation";
import type { Models, StockModels } from "../../stores/models";
import type { Ratings } from "../../stores/ratings";
import { ownModelResource, stockModelResource } from "./model-resource";

export interface ListModelsParams {
  readonly request: Request;
  readonly models: Pick<Models, "list">;
  readonly stockModels: Pick<StockModels, "list">;
  readonly ratings: Pick<Ratings, "ofStockModel">;
}

/** Returns true for the id of a user's model, a ULID in capitals. The ids of stock models have small letters. */
const isOwn = (id: string): boolean => /^[0-9A-Z]{26}$/.test(id);

/** Lists the stock models by their ids, then the caller's own, newest first. One cursor runs through both. */
export async function listModels({ request, models, stockModels, ratings }: ListModelsParams): Promise<Response> {
  const sub = request.subject();
  const { limit, cursor } = parseQuery(request, pageQuerySchema);
  const scope = { kind: "MODEL", sub };
  const after = cursor === undefined ? undefined : decodeCursor(scope, cursor);
  const stock =
    after === undefined || !isOwn(after) ? await stockModels.list({ limit, after }) : { items: [], hasMore: false };
  const room = limit - stock.items.length;
  // Even if the page has no room, one model is read, because that tells whether another page follows.
  const own = stock.hasMore
    ? { items: [], hasMore: false }
    : await models.list({
        sub,
        limit: Math.max(1, room),
        after: after !== undefined && isOwn(after) ? after : undefined,
      });
  const ownItems = own.items.slice(0, room);
  const items = [
    ...(await Promise.all(stock.items.map(async (item) => await stockModelResource(item, ratings)))),
    ...ownItems.map(ownModelResource),
  ];
  const hasMore = stock.hasMore || own.hasMore || own.items.length > ownItems.length;
  const last = items.at(-1);
  return jsonResponse({
    status: 200,
    body: {
      items,
      ...(hasMore && last !== undefined ? { nextCursor: encodeCursor(scope, last.id) } : {}),
    },
  });
}
