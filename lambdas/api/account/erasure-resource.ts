import type { ErasureResource } from "../../../domain/schemas/api/erasure";
import { isFinalErasureState } from "../../../domain/states/erasure-state";
import type { ErasureItem } from "../../stores/items";

/** Returns the erasure as its owner sees it. */
export const erasureResource = ({
  id,
  state,
  createdAt,
  updatedAt,
  left,
  watchedUntil,
  proof,
}: ErasureItem): ErasureResource => ({
  id,
  state,
  createdAt,
  updatedAt,
  left: left ?? null,
  ...(watchedUntil === undefined ? {} : { watchedUntil }),
  ...(proof === undefined ? {} : { proof }),
});

/** Returns the seconds after which it is worth asking again; undefined when the erasure has ended. */
export const pollErasureAfterSeconds = ({ state }: ErasureItem): number | undefined =>
  isFinalErasureState(state) ? undefined : 15;
