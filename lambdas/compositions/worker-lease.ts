/**
 * Holds a worker's lease of a composition and its hold of the message. Both are short, and the worker renews them while
 * it works, so that a dead worker is soon noticed.
 */
import type { Claim, Compositions } from "../stores/compositions";
import { isDone } from "../stores/outcome";
import type { Log } from "../telemetry/logger";

/**
 * Seconds that a lease lasts without being renewed. The worker of a lease that has run out is dead, or has not run for
 * three renewals.
 */
export const leaseSeconds = 15;
/** Seconds between two renewals. */
export const renewSeconds = 5;

/** Calls a function again and again until it is stopped. A call begins only when the one before it has ended. */
export type Repeat = (everySeconds: number, call: () => Promise<void>) => { stop(): Promise<void> };

export interface WorkerLeaseParams {
  readonly claim: Claim;
  readonly compositions: Pick<Compositions, "renew">;
  /** Makes the message visible to other workers after so many seconds, if it is not deleted before. */
  readonly postpone: (seconds: number) => Promise<void>;
  readonly repeat: Repeat;
  readonly now: () => Date;
  readonly log: Log;
}

/** Starts to renew lease and message, at once, because the message's first hold is as long as the function may run. */
export function holdLease(params: WorkerLeaseParams): { stop(): Promise<void> } {
  const { claim, compositions, postpone, repeat, now, log } = params;
  let isOurs = true;
  const renew = async (): Promise<void> => {
    if (!isOurs) return;
    try {
      const [renewed] = await Promise.all([
        compositions.renew(claim, new Date(now().getTime() + leaseSeconds * 1000)),
        postpone(leaseSeconds),
      ]);
      isOurs = isDone(renewed);
      // Nothing needs to be undone, because only the worker that has the lease can end the composition.
      if (!isOurs) log.warn("the lease was lost", { compositionId: claim.id, attempt: claim.attempt });
    } catch (error) {
      // Perhaps the next renewal works; if none does, another worker takes over.
      log.warn("the lease could not be renewed", { compositionId: claim.id, reason: String(error) });
    }
  };
  return repeat(renewSeconds, renew);
}

/** Repeats calls by the clock of this machine. The first call is made at once. */
export const repeatedly: Repeat = (everySeconds, call) => {
  let underWay: Promise<void> | undefined;
  const once = (): void => {
    underWay ??= call().finally(() => {
      underWay = undefined;
    });
  };
  once();
  const timer = setInterval(once, everySeconds * 1000);
  return {
    stop: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
};
