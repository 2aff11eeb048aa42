import { isFinalCompositionState } from "../../domain/states/composition-state";
import type { CompositionItem } from "../stores/items";

/** After how long it is worth asking again: at once at first, a composition takes seconds; nothing when it has ended. */
export function pollAfterSeconds(
  { state, createdAt }: Pick<CompositionItem, "state" | "createdAt">,
  now: Date,
): number | undefined {
  if (isFinalCompositionState(state)) return undefined;
  return now.getTime() - Date.parse(createdAt) < 60_000 ? 1 : 5;
}
