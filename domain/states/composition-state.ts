/**
 * The states of a composition. Which state may follow which depends on the lease of the worker that has it: the
 * conditions of the writes in lambdas/stores/compositions.ts are that rule.
 */
export const compositionStates = ["PENDING", "RUNNING", "COMPLETED", "FAILED"] as const;
export type CompositionState = (typeof compositionStates)[number];

export const finalCompositionStates = ["COMPLETED", "FAILED"] as const satisfies readonly CompositionState[];
export type FinalCompositionState = (typeof finalCompositionStates)[number];

export function isFinalCompositionState(state: CompositionState): state is FinalCompositionState {
  return (finalCompositionStates as readonly CompositionState[]).includes(state);
}
