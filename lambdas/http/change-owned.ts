/** Changes one of the caller's items safely, even if somebody else changes it at the same time. */
import { requireDone } from "../problems/outcome-problem";
import type { Outcome, Stale } from "../stores/outcome";
import { requireMatch, versionTag } from "./entity-tag";
import type { Request } from "./request";

const maxTries = 4;

export interface ChangeOwnedParams<Item, Changed> {
  readonly request: Request;
  readonly load: () => Promise<Item>;
  /** Changes the item as it was read. The outcome is stale if the item has changed since. */
  readonly change: (item: Item) => Promise<Outcome<Changed, Stale>>;
}

/**
 * Reads the item, checks If-Match and changes the item. If another change came between, it starts again: with If-Match
 * this ends in VERSION_MISMATCH, as it must; without If-Match the caller did not say which version it had seen, so the
 * change is made to the present one.
 * @throws Problem VERSION_MISMATCH; CONFLICT when other changes kept coming between
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
