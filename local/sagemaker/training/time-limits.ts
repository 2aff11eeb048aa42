/** The longest time of `setTimeout` (24.8 days). Longer limits exceed the life of any server of this kind. */
const maxTimerMilliseconds = 2 ** 31 - 1;

/** Returns the time in epoch seconds, as it is sent in responses. */
export function now(): number {
  return Date.now() / 1_000;
}

/** Calls `onEnd` after this number of seconds, or at once if none are left. */
export function startTimeLimit(seconds: number, onEnd: () => void): NodeJS.Timeout {
  return setTimeout(onEnd, Math.min(Math.max(0, seconds * 1_000), maxTimerMilliseconds));
}
