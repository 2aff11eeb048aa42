import { isFinalCompositionState } from "../../domain/states/composition-state";
import type { CompositionItem } from "../stores/items";

/**
 * Returns the seconds after which it is worth polling again. They are few at first, because a composition takes
 * seconds.
 * @returns undefined when the composition has ended
 */
export function pollAfterSeconds(
  { state, createdAt }: Pick<CompositionItem, "state" | "createdAt">,
  now: Date,
): number | undefined {
  if (isFinalCompositionState(state)) return undefined;
  return now.getTime() - Date.parse(createdAt) < 60_000 ? 1 : 5;
}
