import { Problem } from "../problems/problem";
import type { StockModels } from "../stores/models";

/**
 * Requires that a model is no stock model: those belong to no user, so nobody can rename or delete one.
 * @throws Problem STOCK_MODEL
 */
export async function requireNoStockModel(stockModels: Pick<StockModels, "get">, id: string): Promise<void> {
  if ((await stockModels.get(id)) === undefined) return;
  throw new Problem("STOCK_MODEL", {
    detail: `The model ${id} came with the software. Everyone uses it, so it cannot be changed or deleted.`,
  });
}
