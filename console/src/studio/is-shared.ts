import type { Composition } from "../../../client/client";

/** Returns true if a link of the piece opens it at the moment. */
export const isShared = ({ share }: Pick<Composition, "share">, now: number): boolean =>
  share !== undefined && Date.parse(share.expiresAt) > now;
