/**
 * The states of an erasure, in their order. PENDING: nobody has looked yet. STOPPING: work of the user still runs.
 * ERASING: something is left. WATCHING: nothing is left, and what a request or a URL of before may still write is waited
 * for. ERASED: nothing came.
 */
export const erasureStates = ["PENDING", "STOPPING", "ERASING", "WATCHING", "ERASED"] as const;
export type ErasureState = (typeof erasureStates)[number];

export const isFinalErasureState = (state: ErasureState): boolean => state === "ERASED";
