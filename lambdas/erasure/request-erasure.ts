import type { Erasures } from "../stores/erasures";
import type { ErasureItem } from "../stores/items";

export interface RequestErasureParams {
  readonly sub: string;
  readonly erasures: Pick<Erasures, "begin">;
  readonly newId: () => string;
}

/**
 * Begins the erasure of everything that a user has. From then on, requests of the user that would add something are
 * refused. A request while an erasure is under way begins nothing and gives that one.
 */
export const requestErasure = async ({ sub, erasures, newId }: RequestErasureParams): Promise<ErasureItem> =>
  await erasures.begin(sub, newId());
