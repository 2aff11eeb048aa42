import { modelListQuerySchema } from "../../../domain/schemas/api/models";
import { ulidPattern } from "../../../naming/resource-names";
import { isWanted, pageResponse } from "../../http/page-response";
import type { Request } from "../../http/request";
import type { Response } from "../../http/response";
import type { StockModelItem } from "../../stores/items";
import type { Models, StockModels } from "../../stores/models";
import type { Ratings } from "../../stores/ratings";
import { ownModelResource, stockModelResource } from "./model-resource";

export interface ListModelsParams {
  readonly request: Request;
  readonly models: Pick<Models, "summaries" | "getMany">;
  readonly stockModels: Pick<StockModels, "all">;
  readonly ratings: Pick<Ratings, "ofStockModel">;
}

/** Returns true for the id of a user's model, which is a ULID. The ids of stock models have small letters. */
const isOwn = (id: string): boolean => ulidPattern.test(id);

/** Lists the stock models by their ids, then the caller's own. One cursor runs through both. */
export async function listModels({ request, models, stockModels, ratings }: ListModelsParams): Promise<Response> {
  let stock: readonly StockModelItem[] = [];
  return await pageResponse({
    request,
    kind: "MODEL",
    query: modelListQuerySchema,
    summaries: async (sub) => {
      stock = await stockModels.all();
      return [...stock, ...(await models.summaries(sub))];
    },
    passes: (row, filters) =>
      isWanted(row.technique, filters.technique) && isWanted(String(!isOwn(row.id)), filters.stock),
    leads: (id) => !isOwn(id),
    resources: async ({ sub, ids }) => {
      const own = await models.getMany(sub, ids.filter(isOwn));
      const chosen = stock.filter(({ id }) => ids.includes(id));
      return [
        ...(await Promise.all(chosen.map(async (item) => await stockModelResource(item, ratings)))),
        ...own.map(ownModelResource),
      ];
    },
  });
}
