import { defaultShareDays } from "../../domain/schemas/share-link";
import { Problem } from "../problems/problem";
import type { CompositionItem } from "../stores/items";
import { doneWith, isDone, type Outcome, type Stale } from "../stores/outcome";
import type { CompositionShare, Shares } from "../stores/shares";
import { pollAfterSeconds } from "./poll-interval";
import { digestOfShareToken } from "./share-token";

export interface ShareCompositionParams {
  /** The row as it was read. If it has changed since, the outcome is stale. */
  readonly item: CompositionItem;
  /** The number of days for which the piece is shared. */
  readonly days?: number | undefined;
  readonly shares: Pick<Shares, "create">;
  readonly newShareToken: () => string;
  readonly now: () => Date;
}

/** A share as the one who made it is told of it. */
export interface NewShare extends Omit<CompositionShare, "tokenSha256"> {
  readonly token: string;
  /** The version of the composition that is shared now. */
  readonly version: number;
}

const dayMilliseconds = 86_400_000;

/**
 * Shares a finished composition under a new token. A share that it had ends, because its token is known to nobody but
 * those who have it already: whoever has lost the link needs another one.
 * @throws Problem NOT_READY
 */
export async function shareComposition(params: ShareCompositionParams): Promise<Outcome<NewShare, Stale>> {
  const { item, days = defaultShareDays, shares, newShareToken, now } = params;
  const instant = now();
  if (item.state !== "COMPLETED") {
    const wait = pollAfterSeconds(item, instant);
    throw new Problem("NOT_READY", {
      detail: `The composition is ${item.state}; it can be shared when it is COMPLETED.`,
      ...(wait === undefined ? {} : { retryAfterSeconds: wait }),
    });
  }
  const token = newShareToken();
  const tokenSha256 = digestOfShareToken(token);
  if (tokenSha256 === undefined) throw new Error("a token was drawn that is no token");
  const times = {
    createdAt: instant.toISOString(),
    expiresAt: new Date(instant.getTime() + days * dayMilliseconds).toISOString(),
  };
  const outcome = await shares.create(item, { tokenSha256, ...times });
  return isDone(outcome) ? doneWith({ token, ...times, version: outcome.value.version }) : outcome;
}
