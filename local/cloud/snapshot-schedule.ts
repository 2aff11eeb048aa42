import { setTimeout as sleep } from "node:timers/promises";

/** The minimum number of milliseconds between two snapshots of a running cloud. */
const pauseMilliseconds = 120_000;
/**
 * The pause after a snapshot is at least this many times as long as the snapshot took, so that a large cloud spends
 * only a small part of its time on snapshots.
 */
const pausesASnapshot = 20;

/**
 * Takes snapshots of a running cloud until the signal, the first one immediately. If one fails, that is reported once
 * and tried again; a failure does not end the cloud.
 */
export async function takeSnapshots(params: {
  readonly take: () => Promise<unknown>;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
  readonly pause?: (milliseconds: number) => Promise<void>;
  readonly now?: () => number;
}): Promise<void> {
  const { take, report, signal, now = Date.now } = params;
  const pause =
    params.pause ??
    (async (milliseconds) => {
      await sleep(milliseconds, undefined, { signal });
    });
  let hasFailed = false;
  const isAborted = (): boolean => signal.aborted;
  while (!isAborted()) {
    const began = now();
    try {
      await take();
      if (hasFailed) report("The cloud's state is kept again.");
      hasFailed = false;
    } catch (error) {
      if (isAborted()) return;
      if (!hasFailed) {
        const reason = error instanceof Error ? error.message : String(error);
        report(
          `The cloud's state could not be kept: ${reason}. The snapshots before are good, and it is tried again every few minutes.`,
        );
      }
      hasFailed = true;
    }
    try {
      await pause(Math.max(pauseMilliseconds, pausesASnapshot * (now() - began)));
    } catch (error) {
      if (isAborted()) return;
      throw error;
    }
  }
}
