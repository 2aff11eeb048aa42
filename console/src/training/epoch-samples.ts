/** The samples of a training by melody and epoch, and one piece that goes through all of them. */
import { barTicks, endOfPiece, type Piece, type PieceTrack } from "../piece/piece";
import type { Sample } from "./training-resources";

/** Returns the samples of a melody, from the first epoch to the last. */
export const samplesOf = (samples: readonly Sample[], melodyId: string): readonly Sample[] =>
  samples.filter((sample) => sample.melodyId === melodyId).sort((one, other) => one.epoch - other.epoch);

/** Returns the sample that was made nearest to an epoch: of two at the same distance, the earlier one. */
export function nearestSample(samples: readonly Sample[], epoch: number): Sample | undefined {
  let nearest: Sample | undefined;
  for (const sample of samples) {
    const isNearer = nearest === undefined || Math.abs(sample.epoch - epoch) < Math.abs(nearest.epoch - epoch);
    if (isNearer) nearest = sample;
  }
  return nearest;
}

export interface SampledEpoch {
  readonly epoch: number;
  readonly piece: Piece;
}

export interface Journey {
  readonly piece: Piece;
  /** The bars that each epoch has. */
  readonly barsOfEpoch: number;
  /** The epoch that sounds at a tick. */
  readonly epochAt: (tick: number) => number;
}

const wantedBars = 32;
const mostBarsOfEpoch = 4;

/** Returns the notes of a track that begin within the ticks, moved to another place and cut at its end. */
function cut(track: PieceTrack, from: number, to: number, at: number): PieceTrack["notes"] {
  return track.notes
    .filter(({ start }) => start >= from && start < to)
    .map((note) => ({ ...note, start: note.start - from + at, duration: Math.min(note.duration, to - note.start) }));
}

/**
 * Returns one piece in which the melody goes on from bar to bar while the model that plays it grows older. When the melody
 * is at its end, it begins again.
 */
export function journeyOf(sampled: readonly SampledEpoch[]): Journey | undefined {
  const [first] = sampled;
  if (first === undefined) return undefined;
  const barsOfEpoch = Math.max(1, Math.min(mostBarsOfEpoch, Math.floor(wantedBars / sampled.length)));
  const { piece: shape } = first;
  const span = barTicks(shape) * barsOfEpoch;
  const end = Math.floor(endOfPiece(shape) / span) * span;
  const most = sampled.reduce(
    (tracks, { piece }) => (piece.tracks.length > tracks.length ? piece.tracks : tracks),
    shape.tracks,
  );
  const tracks = most.map((track, place) => ({
    ...track,
    notes: sampled.flatMap(({ piece }, index) => {
      const own = piece.tracks[place];
      const from = end === 0 ? 0 : (index * span) % end;
      return own === undefined ? [] : cut(own, from, from + span, index * span);
    }),
  }));
  const epochs = sampled.map(({ epoch }) => epoch);
  return {
    piece: { ...shape, bars: barsOfEpoch * sampled.length, tracks },
    barsOfEpoch,
    epochAt: (tick) => epochs[Math.min(epochs.length - 1, Math.max(0, Math.floor(tick / span)))] ?? first.epoch,
  };
}
