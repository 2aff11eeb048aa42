/** A clock that only the test moves, for limits of silence: how slow the machine is changes nothing. */

/** Puts the limit of silence, and the clock, into the hands of the test. `jest.useRealTimers` gives them back. */
export function stopTheClock(): void {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "clearImmediate", "queueMicrotask", "performance"] });
}

/**
 * Waits without timers, which the clock of the test would hold up.
 * @throws Error that names `what` if it is not true within 300 s of real time
 */
export async function untilTrue(what: string, isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 300_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`not within 300 s: ${what}`);
    await new Promise((resume) => setImmediate(resume));
  }
}
