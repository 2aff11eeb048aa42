/** Stock models, and the data sets' catalogues: items that belong to no user. */
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { catalogueKey, kindPrefix, stockModelKey, stockPartition } from "../../naming/table-keys";
import {
  catalogueItemSchema,
  stockModelItemSchema,
  type CatalogueItem,
  type StockModelItem,
} from "../../domain/schemas/items";
import { readItem } from "./item-codec";
import type { Page } from "./owned-rows";
import type { Table } from "./table";

export interface StockModels {
  get(id: string): Promise<StockModelItem | undefined>;
  /** By id. */
  list(params: { readonly limit: number; readonly after?: string | undefined }): Promise<Page<StockModelItem>>;
}

export function createStockModels({ client, tableName }: Table): StockModels {
  return {
    get: async (id) => {
      if (!/^[a-z0-9-]{1,64}$/.test(id)) return undefined;
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: stockModelKey(id) }));
      return Item === undefined ? undefined : readItem(stockModelItemSchema, Item);
    },
    list: async ({ limit, after }) => {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          // The partition holds stock models and nothing else.
          KeyConditionExpression: "pk = :pk AND sk > :after",
          ExpressionAttributeValues: { ":pk": stockPartition, ":after": `${kindPrefix("MODEL")}${after ?? ""}` },
          Limit: limit + 1,
        }),
      );
      return {
        items: Items.slice(0, limit).map((item) => readItem(stockModelItemSchema, item)),
        hasMore: Items.length > limit || LastEvaluatedKey !== undefined,
      };
    },
  };
}

export interface Catalogues {
  get(datasetId: string): Promise<CatalogueItem | undefined>;
}

export function createCatalogues({ client, tableName }: Table): Catalogues {
  return {
    get: async (datasetId) => {
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: catalogueKey(datasetId) }));
      return Item === undefined ? undefined : readItem(catalogueItemSchema, Item);
    },
  };
}
