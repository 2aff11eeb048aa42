/** What `setTimeout` can hold (24.8 days); longer limits are beyond any life of this server. */
const maxTimerMilliseconds = 2 ** 31 - 1;

/** The time in epoch seconds, as on the wire. */
export function now(): number {
  return Date.now() / 1_000;
}

/** Calls `onEnd` when so many seconds are over: at once where none are left. */
export function startTimeLimit(seconds: number, onEnd: () => void): NodeJS.Timeout {
  return setTimeout(onEnd, Math.min(Math.max(0, seconds * 1_000), maxTimerMilliseconds));
}
