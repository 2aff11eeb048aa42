/** The states of a composition and the only legal ways between them. */
export const compositionStates = ["PENDING", "RUNNING", "COMPLETED", "FAILED"] as const;
export type CompositionState = (typeof compositionStates)[number];

export const finalCompositionStates = ["COMPLETED", "FAILED"] as const satisfies readonly CompositionState[];
export type FinalCompositionState = (typeof finalCompositionStates)[number];

/** RUNNING to RUNNING is a later delivery that takes over a lease that has run out. */
export const compositionTransitions: Readonly<Record<CompositionState, readonly CompositionState[]>> = {
  PENDING: ["RUNNING", "FAILED"],
  RUNNING: ["RUNNING", "COMPLETED", "FAILED"],
  COMPLETED: [],
  FAILED: [],
};

export function isFinalCompositionState(state: CompositionState): state is FinalCompositionState {
  return (finalCompositionStates as readonly CompositionState[]).includes(state);
}

export function isLegalCompositionTransition(from: CompositionState, to: CompositionState): boolean {
  return compositionTransitions[from].includes(to);
}
