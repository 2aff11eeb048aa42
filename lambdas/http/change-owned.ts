/** Changes of one of the caller's items, safe against changes at the same time. */
import { requireDone } from "../problems/outcome-problem";
import type { Outcome, Stale } from "../stores/outcome";
import { requireMatch, versionTag } from "./entity-tag";
import type { Request } from "./request";

const maxTries = 4;

export interface ChangeOwnedParams<Item, Changed> {
  readonly request: Request;
  readonly load: () => Promise<Item>;
  /** Works on the item as it was read; stale when it is not so any more. */
  readonly change: (item: Item) => Promise<Outcome<Changed, Stale>>;
}

/**
 * Reads, checks If-Match, changes; and again from the start when another change came between. With If-Match that ends
 * in 412, as it must; without it the caller did not say what it had seen, so the change is made on what is there now.
 * @throws Problem VERSION_MISMATCH; CONFLICT when changes kept coming between
 */
export async function changeOwned<Item extends { readonly version: number }, Changed>({
  request,
  load,
  change,
}: ChangeOwnedParams<Item, Changed>): Promise<Changed> {
  for (let tries = 1; ; tries += 1) {
    const item = await load();
    requireMatch(request, versionTag(item));
    const outcome = await change(item);
    if (outcome.kind === "DONE" || tries === maxTries) return requireDone(outcome);
  }
}
