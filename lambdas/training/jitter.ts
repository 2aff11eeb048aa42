/** A source of random numbers, 0 ≤ x < 1. Tests pass a sequence of their own. */
export type RandomSource = () => number;

/** The largest share by which jitter lengthens a wait, so that executions that once woke together drift apart. */
const longerByShare = 0.25;

/**
 * Returns a wait with jitter, in whole seconds. It is never shorter than asked for, so that the plan of history events
 * (lib/constructs/training/history-budget.ts) holds.
 */
export function jittered(seconds: number, random: RandomSource): number {
  return Math.round(seconds * (1 + longerByShare * random()));
}

/** Returns the longest wait, in whole seconds, that {@link jittered} makes of a wait. */
export const maxJittered = (seconds: number): number => Math.round(seconds * (1 + longerByShare));
