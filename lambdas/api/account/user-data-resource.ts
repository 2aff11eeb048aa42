import type { UserDataResource } from "../../../domain/schemas/api/erasure";
import { isFinalErasureState } from "../../../domain/states/erasure-state";
import type { ErasureItem } from "../../stores/items";

/** Returns what the caller has as a whole: so far, only whether it is being erased, or was. */
export function userDataResource(erasure: ErasureItem | undefined): UserDataResource {
  if (erasure === undefined) return { erasure: null };
  const { id, state, createdAt, updatedAt, left, watchedUntil, proof } = erasure;
  return {
    erasure: {
      id,
      state,
      createdAt,
      updatedAt,
      left: left ?? null,
      ...(watchedUntil === undefined ? {} : { watchedUntil }),
      ...(proof === undefined ? {} : { proof }),
    },
  };
}

/** Returns the ETag: an erasure's id and version, because the next erasure begins again with version 1. */
export const userDataTag = (erasure: ErasureItem | undefined): string =>
  erasure === undefined ? '"none"' : `"${erasure.id}-${erasure.version}"`;

/** Returns the seconds after which it is worth asking again; undefined if no erasure is under way. */
export const pollUserDataAfterSeconds = (erasure: ErasureItem | undefined): number | undefined =>
  erasure === undefined || isFinalErasureState(erasure.state) ? undefined : 15;
