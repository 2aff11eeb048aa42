import { setTimeout as wait } from "node:timers/promises";

/** Rejects when the work has not ended in time; the work itself cannot be taken back. */
export type WithinTime = <Result>(seconds: number, work: Promise<Result>) => Promise<Result>;

/** By the clock of this machine. */
export const withinTime: WithinTime = async (seconds, work) => {
  const timer = new AbortController();
  const tooLate = wait(seconds * 1000, undefined, { signal: timer.signal }).then((): never => {
    throw new Error(`it took longer than ${seconds} s`);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    timer.abort();
    // Whichever of the two lost is not waited for: the timer was ended by us, the work was told of as too late.
    tooLate.catch(() => undefined);
    work.catch(() => undefined);
  }
};
