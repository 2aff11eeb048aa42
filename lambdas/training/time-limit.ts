import { setTimeout as wait } from "node:timers/promises";

/** Waits for work, and rejects when it has not ended in time. The work itself cannot be taken back. */
export type WithinTime = <Result>(seconds: number, work: Promise<Result>) => Promise<Result>;

/** Limits the time of work by the clock of this machine. */
export const withinTime: WithinTime = async (seconds, work) => {
  const timer = new AbortController();
  const tooLate = wait(seconds * 1000, undefined, { signal: timer.signal }).then((): never => {
    throw new Error(`it took longer than ${seconds} s`);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    timer.abort();
    // The one that ended later is not waited for: this function has ended the timer, or the work has been reported as
    // too late.
    tooLate.catch(() => undefined);
    work.catch(() => undefined);
  }
};
