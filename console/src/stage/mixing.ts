/** How the tracks of a piece are heard. */
import type { TrackMix } from "../sound/audible-piece";

/** Tracks by their numbers. */
export interface Mixing {
  readonly muted: ReadonlySet<number>;
  readonly solo: ReadonlySet<number>;
  readonly gains: ReadonlyMap<number, number>;
}
export const usualMixing: Mixing = { muted: new Set(), solo: new Set(), gains: new Map() };

/** Returns true if a track is not heard: it is muted, or others play solo. */
export const isSilent = ({ muted, solo }: Mixing, track: number): boolean =>
  muted.has(track) || (solo.size > 0 && !solo.has(track));

/** Returns how each of so many tracks is heard. */
export const mixesOf = (mixing: Mixing, tracks: number): TrackMix[] =>
  Array.from({ length: tracks }, (_, track) => ({
    muted: isSilent(mixing, track),
    gain: mixing.gains.get(track) ?? 1,
  }));
