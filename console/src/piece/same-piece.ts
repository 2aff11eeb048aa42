/** Whether two pieces have the same content. Pieces that were read or edited apart are different objects in any case. */
import type { Piece, PieceNote, PieceTrack } from "./piece";

export const haveSameNotes = (one: readonly PieceNote[], other: readonly PieceNote[]): boolean =>
  one === other ||
  (one.length === other.length &&
    one.every((note, index) => {
      const beside = other[index];
      return (
        note === beside ||
        (note.start === beside?.start &&
          note.duration === beside.duration &&
          note.pitch === beside.pitch &&
          note.velocity === beside.velocity)
      );
    }));

const trackFacts = ({ name, program, isDrums, mix }: PieceTrack): string =>
  JSON.stringify([name, program, isDrums, mix?.volume, mix?.pan]);

const pieceFacts = ({ tempo, tempos, ticksPerBeat, beatsPerBar, timeSignature, bars, tracks }: Piece): string =>
  JSON.stringify([
    tempo,
    (tempos ?? []).map(({ tick, beatsPerMinute }) => [tick, beatsPerMinute]),
    ticksPerBeat,
    beatsPerBar,
    timeSignature,
    bars,
    tracks.map(trackFacts),
  ]);

export const isSamePiece = (one: Piece, other: Piece): boolean =>
  one === other ||
  (pieceFacts(one) === pieceFacts(other) &&
    one.tracks.every(({ notes }, place) => haveSameNotes(notes, other.tracks[place]?.notes ?? [])));
