import type { Piece } from "../piece/piece";

/** How a track is heard: not at all, or louder or softer than it is written. */
export interface TrackMix {
  readonly muted: boolean;
  /** 1 is as written. */
  readonly gain: number;
}

export const usualMix: TrackMix = { muted: false, gain: 1 };

/** The volume that a channel has which sets none, by the General MIDI standard. */
const usualVolume = 100;

/**
 * Returns the piece as it is heard: without the muted tracks, each other one at its gain. A gain stands in the volume's
 * controller, which cannot go over 127.
 */
export function audiblePiece(piece: Piece, mixes: readonly TrackMix[]): Piece {
  const tracks = piece.tracks.flatMap((track, index) => {
    const { muted, gain } = mixes[index] ?? usualMix;
    if (muted) return [];
    if (gain === 1) return [track];
    // A synthesizer's loudness grows with the square of the controller.
    const volume = Math.min(127, Math.round((track.mix?.volume ?? usualVolume) * Math.sqrt(gain)));
    return [{ ...track, mix: { ...track.mix, volume } }];
  });
  return { ...piece, tracks };
}
