/** Where chance comes from: 0 ≤ x < 1. Tests give a sequence of their own. */
export type RandomSource = () => number;

/** Up to so much longer than asked for: executions that once woke together drift apart. */
const longerByShare = 0.25;

/**
 * A wait with jitter, in whole seconds. It is never shorter than asked for, so that the plan of history events
 * (lib/constructs/training/history-budget.ts) holds.
 */
export function jittered(seconds: number, random: RandomSource): number {
  return Math.round(seconds * (1 + longerByShare * random()));
}

/** The longest wait that {@link jittered} makes of one. */
export const maxJittered = (seconds: number): number => Math.round(seconds * (1 + longerByShare));
