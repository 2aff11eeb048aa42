/** Changes of one of the caller's items, safe against changes at the same time. */
import { StaleItem } from "../stores/outcome";
import { versionTag, requireMatch } from "./entity-tag";
import type { Request } from "./request";

const mostTries = 4;

export interface ChangeOwnedParams<Item, Outcome> {
  readonly request: Request;
  readonly load: () => Promise<Item>;
  /** Works on the item as it was read; throws StaleItem when it is not so any more. */
  readonly change: (item: Item) => Promise<Outcome>;
}

/**
 * Reads, checks If-Match, changes; and again from the start when another change came between. With If-Match that ends
 * in 412, as it must; without it the caller did not say what it had seen, so the change is made on what is there now.
 * @throws Problem VERSION_MISMATCH; StaleItem when changes kept coming between
 */
export async function changeOwned<Item extends { readonly version: number }, Outcome>({
  request,
  load,
  change,
}: ChangeOwnedParams<Item, Outcome>): Promise<Outcome> {
  for (let tries = 1; ; tries += 1) {
    const item = await load();
    requireMatch(request, versionTag(item));
    try {
      return await change(item);
    } catch (error) {
      if (!(error instanceof StaleItem) || tries === mostTries) throw error;
    }
  }
}
